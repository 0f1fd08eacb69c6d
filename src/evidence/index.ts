/** The evidence that leaves with every image. */
export { writeEvidence, type EvidenceManifest } from './write.ts';
export { evidenceFolder, type EvidenceOutcome, imageName, imageNameRule } from './folder.ts';
export { type BeforeHardening, type EvidenceParts, type FailedParts, type JudgedParts, type Part } from './parts.ts';
export { stableJson, type Json } from './stable-json.ts';
export { bindImage, type VerifiedBinding, verifyBinding } from './bind.ts';
export { type Binding, type ImageIdentity, type PackerArtifact } from './statement/index.ts';
export { assertSameImage, digestsOnDisk, digestsOnMachine, type ImageComparison } from './image/index.ts';
export { fetchEvidence, type FetchedEvidence } from './fetch.ts';
export { type BoundImage, EvidenceStore, imageIdOf, openStore, type Patience, type Pointer, type StoredBundle, type StoreOptions } from './stores/index.ts';
export { type ReportDrawer, sealEvidence, type SealedEvidence } from './seal.ts';
export { inspectHallmark, readContents, verifyContents, verifyEvidence, type Policy, type PolicyReason, type Verification, type VerifyOptions } from './verify/index.ts';
export { type Appraisal, appraise } from './statement/index.ts';
export { type Certification, readTrustedRoot, type Trust } from './hallmark/index.ts';
export { bundleName, type Contents, packBundle } from './bundle/index.ts';
export { describeKey, developmentKey, developmentSigner, generatePrivateKey, isKeylessReference, isKmsReference, keylessSigner, type KeyAlgorithm, keyAlgorithms, kmsSigner, type PublicKey, readPrivateKey, readPublicKeys, readSigningConfig, type Signer, signerOf } from './keys/index.ts';
