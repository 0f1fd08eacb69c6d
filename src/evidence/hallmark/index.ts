/** The hallmark: the signed statement, as a Sigstore bundle. */
export { payloadType, signStatement } from './sign.ts';
export { type Hallmark, openHallmark } from './open.ts';
export { assertOwnSignature, assertSigner, type ProvedSigner, proveSignature, type Trust } from './trust.ts';
export { type Certification, type KeylessTrust } from './keyless.ts';
export { readTrustedRoot } from './trusted-root.ts';
