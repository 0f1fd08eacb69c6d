import type { TrustMaterial } from '@sigstore/verify';
import { ConfigurationError } from '../../errors.ts';

/**
 * Sigstore's own list of whom to trust (`trusted_root.json`): certificate authorities, logs, timestamp authorities. There is
 * no default, and nothing is fetched: who verifies says whom to trust, and can still say it in ten years.
 * @param source what to call it in messages
 * @throws ConfigurationError `trusted-root`
 */
export async function readTrustedRoot(text: string, source: string): Promise<TrustMaterial> {
  const bad = (why: string, cause?: unknown): ConfigurationError => new ConfigurationError('trusted-root', `${source} ${why}`, { cause, subject: source });
  const [{ TrustedRoot }, { toTrustMaterial }] = await Promise.all([import('@sigstore/protobuf-specs'), import('@sigstore/verify')]);
  let material: TrustMaterial;
  try {
    const root: unknown = JSON.parse(text);
    const { mediaType } = root as { mediaType?: unknown };
    if (typeof mediaType !== 'string' || !/^application\/vnd\.dev\.sigstore\.trustedroot(\.v0\.[12])?\+json(;version=0\.1)?$/.test(mediaType)) throw new Error('its media type is another one');
    material = toTrustMaterial(TrustedRoot.fromJSON(root));
  } catch (cause) {
    throw bad('is no trusted root as Sigstore writes it', cause);
  }
  if (material.certificateAuthorities.length === 0) throw bad('names no certificate authority');
  if (material.tlogs.length === 0 && material.timestampAuthorities.length === 0) throw bad('names neither log nor timestamp authority: nobody could say when a certificate was used');
  return material;
}
