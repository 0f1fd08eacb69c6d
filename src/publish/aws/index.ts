/** AMIs: publish what is verified, reject what is not, retire what is old. */
export { type ImageFacts, tag } from './facts.ts';
export { type AmiName, type AwsPublication, type AwsPublished, claimAws, publishAws } from './publish.ts';
export { Region, type RegionOptions } from './region.ts';
export { type AwsRegistration, type BootMode, type Disk, openDisk, registerAws, Registrar } from './register/index.ts';
export { type Rejection, rejectAws } from './reject.ts';
export { revokeAws } from './revoke.ts';
export { type RetentionPolicy } from './retention.ts';
