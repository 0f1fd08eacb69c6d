import { generateKeyPairSync } from 'node:crypto';
import type { Signer as KeyHolder } from '@sigstore/sign';
import { CupelError, ConfigurationError } from '../../../errors.ts';
import { type Signer, signerOf } from '../signer.ts';
import type { KeylessServices } from './signing-config.ts';

const prefix = 'keyless:';
/** One attempt may take this long, and there are three of them. */
const patience = { timeout: 20_000, retry: { retries: 2, minTimeout: 500 } };

/** Whether signing without a key is asked for: `keyless:` and where its signing configuration is. */
export function isKeylessReference(place: string): boolean {
  return place.startsWith(prefix);
}

/**
 * A key for this process alone. Each time it signs, the authority ties it to the identity in a new token of CI, and log and
 * timestamp authority say when. A first token is asked for at once, so that CI which gives none is known before it is needed.
 * @throws ConfigurationError `identity-token`; signing: `keyless-denied`, `keyless-unreachable`
 */
export async function keylessSigner({ authority, log, timestamps }: KeylessServices): Promise<Signer> {
  // Forty packages, for who asks for them.
  const [{ DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness }, { identityToken }] = await Promise.all([import('@sigstore/sign'), import('./token.ts')]);
  await identityToken();
  const key = signerOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey, 'the key of this run');
  const publicKey = key.key.export({ type: 'spki', format: 'pem' }).toString();
  const keyHolder: KeyHolder = { sign: async (data) => ({ signature: await key.sign(data), key: { $case: 'publicKey', publicKey } }) };
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({ fulcioBaseURL: authority, identityProvider: { getToken: identityToken }, keyHolder, ...patience }),
    witnesses: [
      ...(log === undefined ? [] : [new RekorWitness({ rekorBaseURL: log.url, majorApiVersion: log.version, entryType: 'dsse', ...patience })]),
      ...(timestamps === undefined ? [] : [new TSAWitness({ tsaBaseURL: timestamps, ...patience })]),
    ],
  });
  return { ...key, certify: async (statement, type) => await builder.create({ data: statement, type }).catch((cause: unknown) => { throw explained(cause); }) };
}

function explained(error: unknown): CupelError {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  // Ours, by way of theirs, which wraps it; theirs may hold the token in what it says of one that it cannot read.
  if (cause instanceof CupelError) return cause;
  const status = (cause as { statusCode?: number } | undefined)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) return new ConfigurationError('keyless-denied', `keyless signing: ${message}`, { cause: error });
  return new ConfigurationError('keyless-unreachable', `keyless signing: ${message}`, { cause: error });
}
