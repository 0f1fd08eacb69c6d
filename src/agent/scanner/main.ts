import { exit, platform } from '../platform/quickjs.ts';
import { runScanner } from './run.ts';

exit(runScanner(platform));
