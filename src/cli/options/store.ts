import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import { type EvidenceStore, imageIdOf, openStore } from '../../evidence/index.ts';
import type { Io } from '../io.ts';

export interface StoreArguments {
  store: string | undefined;
  project: string | undefined;
}

export function storeOptions<T>(yargs: Argv<T>): Argv<T & StoreArguments> {
  return yargs
    .option('store', { type: 'string', requiresArg: true, describe: 'where evidence is kept: a directory, https://…, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX; default: what CUPEL_STORE says' })
    .option('project', { type: 'string', requiresArg: true, describe: 'GCP project, where an image is given by its name alone' });
}

/** @throws UsageError `store-unnamed`, `store-url` */
export async function storeFrom(argv: Readonly<Pick<StoreArguments, 'store'>>, io: Pick<Io, 'env'>): Promise<EvidenceStore> {
  const place = argv.store ?? io.env['CUPEL_STORE'];
  if (place === undefined || place === '') throw new UsageError('store-unnamed', 'name the store that the evidence is in', { remedy: 'give --store, or set CUPEL_STORE' });
  return await openStore(place, { token: io.env['CUPEL_STORE_TOKEN'] });
}

/**
 * Whether the evidence is asked of a store: of --store always, of CUPEL_STORE only for what is no path here and the id of
 * an image, for the variable may be meant for other commands.
 */
export async function isInStore(text: string, argv: Readonly<StoreArguments>, io: Pick<Io, 'env'>): Promise<boolean> {
  if (argv.store !== undefined) return true;
  if ((io.env['CUPEL_STORE'] ?? '') === '' || !isImageId(text, argv.project)) return false;
  return await stat(text).then(() => false, (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT');
}

function isImageId(text: string, project: string | undefined): boolean {
  try {
    imageIdOf(text, project);
    return true;
  } catch {
    return false;
  }
}

/** The id of an image, given by its id, its name, or as the disk itself. @throws UsageError `image-id` */
export async function imageFrom(text: string, argv: Readonly<Pick<StoreArguments, 'project'>>): Promise<string> {
  if (!await stat(text).then((found) => found.isFile(), () => false)) return imageIdOf(text, argv.project);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(text, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
