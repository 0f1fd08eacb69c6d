/** The evidence that leaves with every image. */
export { writeEvidence, type EvidenceManifest } from './write.ts';
export { evidenceFolder, type EvidenceOutcome } from './folder.ts';
export { type BeforeHardening, type EvidenceParts, type FailedParts, type JudgedParts, type Part } from './parts.ts';
export { stableJson, type Json } from './stable-json.ts';
