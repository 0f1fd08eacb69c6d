import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const FACTORY = path.dirname(fileURLToPath(import.meta.url));
export const REPOSITORY = path.join(FACTORY, '../../..');
/** The compiled command line, as the templates call it; CUPEL names that of another build. */
export const CUPEL = process.env['CUPEL'] ?? path.join(REPOSITORY, 'dist/cli/main.js');
