import { type Service, ServiceSelector, type SigningConfig } from '@sigstore/protobuf-specs';
import { ConfigurationError } from '../../../errors.ts';

/** Who is asked when signing without a key. At least one of log and timestamp authority is there. */
export interface KeylessServices {
  /** Fulcio: certificates for identities. */
  authority: string;
  /** Rekor: the transparency log. */
  log: { url: string; version: number } | undefined;
  /** Timestamp authority, RFC 3161. */
  timestamps: string | undefined;
}

const mediaType = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

/**
 * Sigstore's own signing configuration (`signing_config.v0.2.json`, as `cosign --signing-config` takes it). There is no
 * default: what is signed at a public instance is public, and that is for who signs to decide.
 * @param source what to call it in messages
 * @throws ConfigurationError `signing-config`
 */
export async function readSigningConfig(text: string, source: string, now: Date): Promise<KeylessServices> {
  const { SigningConfig: format } = await import('@sigstore/protobuf-specs');
  let config: SigningConfig;
  try {
    config = format.fromJSON(JSON.parse(text));
  } catch (cause) {
    throw bad(source, 'is not JSON as Sigstore writes it', cause);
  }
  if (config.mediaType !== mediaType) throw bad(source, `says that it is ${JSON.stringify(config.mediaType)}, not ${mediaType}`);
  const authority = newest(config.caUrls, 1, now);
  if (authority === undefined) throw bad(source, 'names no certificate authority that is in service');
  const log = newest(config.rekorTlogUrls, 2, now);
  const timestamps = newest(config.tsaUrls, 1, now);
  if (log === undefined && timestamps === undefined) throw bad(source, 'names neither log nor timestamp authority: nobody could say when the certificate was used');
  const several = [config.rekorTlogConfig, config.tsaConfig].some((choice) => choice !== undefined && choice.selector !== ServiceSelector.ANY);
  if (several) throw bad(source, 'asks for several logs or timestamp authorities at once');
  return {
    authority: addressOf(authority, source),
    log: log === undefined ? undefined : { url: addressOf(log, source), version: log.majorApiVersion },
    timestamps: timestamps === undefined ? undefined : addressOf(timestamps, source),
  };
}

/** The one in service that began last, of those that speak a version that we know. */
function newest(services: readonly Service[], version: number, now: Date): Service | undefined {
  const start = ({ validFor }: Service): number => validFor?.start?.getTime() ?? 0;
  return services
    .filter((service) => service.majorApiVersion <= version && start(service) <= now.getTime() && (service.validFor?.end?.getTime() ?? Infinity) > now.getTime())
    .sort((a, b) => start(b) - start(a))[0];
}

/** A token sent unencrypted signs for whoever reads it. */
function addressOf({ url }: Service, source: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const local = parsed?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname);
  if (parsed === undefined || !(parsed.protocol === 'https:' || local)) throw bad(source, `names ${JSON.stringify(url)}, which is not https`);
  return url.replace(/\/+$/, '');
}

function bad(source: string, why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('signing-config', `${source} ${why}`, { cause, subject: source });
}
