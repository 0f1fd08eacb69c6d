import { exit, system } from '../platform/quickjs.ts';
import { runExporter } from './index.ts';

exit(runExporter(system));
