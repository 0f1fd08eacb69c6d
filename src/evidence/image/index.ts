/** Whether a machine, or its disk, is the one that the evidence is of. */
export { assertSameImage, type ImageComparison } from './compare.ts';
export { digestsOnDisk } from './disk.ts';
export { digestsOnMachine } from './machine.ts';
