/** Keys that sign and keys that are trusted. */
export { describeKey, keyAlgorithms, type KeyAlgorithm, type PublicKey } from './key.ts';
export { readPublicKeys } from './public-pem.ts';
export { generatePrivateKey, readPrivateKey } from './private-pem.ts';
export { developmentKey, developmentSigner } from './development.ts';
export { type Signer, signerOf } from './signer.ts';
export { isKmsReference, type KmsOptions, kmsSigner } from './kms/index.ts';
export { isKeylessReference, keylessSigner, readSigningConfig } from './keyless/index.ts';
