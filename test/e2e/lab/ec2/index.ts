/** EC2 on loopback: moto behind a proxy that counts, fills gaps and makes faults. */
export { startEc2, type Ec2, type Hook } from './server.ts';
export { type Ebs, ebsRefusal, startEbs } from './ebs.ts';
export * from './faults.ts';
export { type Instances, machinesFor } from './machines.ts';
export { type Call, type Reply } from './wire.ts';
