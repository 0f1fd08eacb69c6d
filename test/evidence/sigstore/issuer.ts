import { generateKeyPairSync, sign, verify } from 'node:crypto';

export interface Claims {
  iss: string;
  aud: string;
  /** Seconds. */
  exp: number;
  sub: string;
  email?: string;
  /** What the certificate is to be for, as GitHub's tokens say it. */
  job_workflow_ref?: string;
}

/** Signs tokens as an OIDC issuer does (ES256), and reads only those that it signed. */
export class Issuer {
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

  token(claims: Claims): string {
    const text = [{ alg: 'ES256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), { key: this.#key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  /** @throws Error for a token of another issuer or audience, or one that is over */
  claims(token: string, now: Date): Claims {
    const [head = '', body = '', signature = ''] = token.split('.');
    if (!verify('sha256', Buffer.from(`${head}.${body}`), { key: this.#key.publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) throw new Error('the token is not signed by a known issuer');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
    if (claims.aud !== 'sigstore') throw new Error('the token is for somebody else');
    if (claims.exp * 1000 <= now.getTime()) throw new Error('the token is over');
    return claims;
  }
}
