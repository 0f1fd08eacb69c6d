/** The lab: real systemd machines for tests, in systemd-nspawn, reached by SSH on loopback. */
export { startMachine } from './machine.ts';
export type { ExecResult, Machine, MachineOptions } from './machine.ts';
export { instancePort } from './instance.ts';
