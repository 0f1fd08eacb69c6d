/** Google Cloud images: publish what is verified, reject what is not, deprecate what is old. */
export { ComputeImages, type ComputeOptions } from './api.ts';
export { type GcpImage, label } from './facts.ts';
export { claimGcp, type GcpPublication, type GcpPublished, publishGcp } from './publish.ts';
export { rejectGcp, revokeGcp } from './reject.ts';
