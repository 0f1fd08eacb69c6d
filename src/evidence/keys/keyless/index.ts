/** Signing without a key to keep: an identity of CI, a certificate for minutes, and logs that say when. */
export { isKeylessReference, keylessSigner } from './signer.ts';
export { type KeylessServices, readSigningConfig } from './signing-config.ts';
