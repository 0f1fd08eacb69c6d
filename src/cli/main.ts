#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { processIo } from './io.ts';
import { run } from './run.ts';

// Reading evidence is over before the engine has gained by inlining what it cost: hot loops stay uncompiled for longer, and
// are thrown away whole when one thing in them was not as expected. Without it a gate takes about a tenth less (docs/decisions/0007).
setFlagsFromString('--max-inlined-bytecode-size-cumulative=200');

process.exitCode = await run(process.argv.slice(2), processIo);
