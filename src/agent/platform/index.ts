/** The thin layer between the agent and the system. `node.ts` and `quickjs.ts` implement it; only entry points choose one. */
export { captured, type FileFacts, type Files, type Platform, type RunOptions, type RunResult, type System } from './platform.ts';
export { isSystemError, SystemError } from './system-error.ts';
