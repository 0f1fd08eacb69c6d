import { exit } from '../platform/quickjs.ts';
import { platform } from '../platform/quickjs-scanner.ts';
import { runScanner } from './run.ts';

exit(runScanner(platform));
