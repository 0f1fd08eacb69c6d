/** A Sigstore instance on loopback: issuer of tokens, certificate authority with its log, transparency log, timestamp authority. */
export { type Sigstore, type SigstoreOptions, startSigstore } from './instance.ts';
export { inCi } from './ci.ts';
