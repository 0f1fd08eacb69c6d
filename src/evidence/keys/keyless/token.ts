import { CIContextProvider } from '@sigstore/sign';
import { ConfigurationError } from '../../../errors.ts';

/** The audience that Fulcio asks for. */
const audience = 'sigstore';

/**
 * An OIDC token of the CI that this runs in: GitHub Actions gives one on demand (`permissions: id-token: write`), GitLab and
 * others leave it in `SIGSTORE_ID_TOKEN`. Sigstore's library looks there itself, as the clouds' libraries do for theirs.
 * No message ever holds anything of it: whoever has the token signs with it.
 * @throws ConfigurationError `identity-token`
 */
export async function identityToken(): Promise<string> {
  const token: unknown = await new CIContextProvider(audience).getToken().catch(() => undefined);
  if (typeof token !== 'string' || token === '') throw new ConfigurationError('identity-token', 'keyless signing: this CI gives no OIDC token');
  if (!namesSomebody(token)) throw new ConfigurationError('identity-token', 'keyless signing: the OIDC token of this CI names nobody, or is none');
  return token;
}

function namesSomebody(token: string): boolean {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    return typeof claims['sub'] === 'string' || typeof claims['email'] === 'string';
  } catch {
    return false;
  }
}
