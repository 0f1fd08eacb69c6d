/** Compiled as the agent is: reads an ARF, judges it, and prints the metrics of it. Usage: arf-to-metrics ARF */
import { exit } from '../src/agent/platform/quickjs.ts';
import { platform } from '../src/agent/platform/quickjs-scanner.ts';
import { readArf } from '../src/agent/scanner/arf.ts';
import { metricsOf } from './metrics-of.ts';

platform.write(metricsOf(readArf(platform, platform.args[0] ?? '')));
exit(0);
