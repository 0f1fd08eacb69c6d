/** The machine worked on: how to reach it, run on it, bring files to and from it, and reboot it. */
export { type Job, type JobResult, evidenceFrom, runJob, spaceOr } from './job.ts';
export { LocalTarget } from './local.ts';
export { type RebootOptions, failedUnits, reboot } from './reboot.ts';
export type { SshOptions } from './ssh-options.ts';
export { SshTarget } from './ssh.ts';
export type { CommandResult, RunOptions, Target } from './target.ts';
export { download, upload, uploadFile, uploadFiles } from './transfer.ts';
