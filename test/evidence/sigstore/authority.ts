import { createPublicKey, verify } from 'node:crypto';
import type { initializeCA } from '@sigstore/mock';
import type { Issuer } from './issuer.ts';

type Authority = Awaited<ReturnType<typeof initializeCA>>;

interface CertificateRequest {
  credentials: { oidcIdentityToken: string };
  publicKeyRequest: { publicKey: { content: string }; proofOfPossession: string };
}

const pem = (der: Buffer): string => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

/** What Fulcio does: checks the token and that the key is held, then issues a certificate for ten minutes. @throws Error */
export async function issue(body: string, authority: Authority, issuer: Issuer): Promise<object> {
  const { credentials, publicKeyRequest } = JSON.parse(body) as CertificateRequest;
  const claims = issuer.claims(credentials.oidcIdentityToken, new Date());
  const key = createPublicKey(publicKeyRequest.publicKey.content);
  if (!verify('sha256', Buffer.from(claims.email ?? claims.sub), key, Buffer.from(publicKeyRequest.proofOfPossession, 'base64'))) throw new Error('the key is not held by who asks');
  const leaf = await authority.issueCertificate({
    publicKey: key.export({ type: 'spki', format: 'der' }),
    subjectAltName: claims.job_workflow_ref === undefined ? claims.email ?? claims.sub : `https://github.com/${claims.job_workflow_ref}`,
    extensions: [{ oid: '1.3.6.1.4.1.57264.1.1', value: claims.iss, legacy: true }, { oid: '1.3.6.1.4.1.57264.1.8', value: claims.iss }],
  });
  return { signedCertificateEmbeddedSct: { chain: { certificates: [pem(leaf), pem(authority.rootCertificate)] } } };
}
