import { exit, platform } from '../platform/quickjs.ts';
import { runExporter } from './index.ts';

exit(runExporter(platform));
