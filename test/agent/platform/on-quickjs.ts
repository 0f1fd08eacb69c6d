import { platform } from '../../../src/agent/platform/quickjs-scanner.ts';
import { calls } from './calls.ts';

/** Runs in QuickJS, compiled as the agent is. Prints what each call gives in the folder of its first argument. */
platform.write(JSON.stringify(calls(platform, platform.args[0] ?? '')));
