/** The hallmark: the signed statement, as a Sigstore bundle. */
export { payloadType, signStatement } from './sign.ts';
export { type Hallmark, openHallmark } from './open.ts';
export { assertSigner, proveSignature, type Trust } from './trust.ts';
