/** A disk from an embedded builder becomes an AMI, without a machine in between. */
export { type BootMode, type Disk, openDisk } from './disk.ts';
export { registerAws, type AwsRegistration } from './register.ts';
export { Registrar } from './registrar.ts';
