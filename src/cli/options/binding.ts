import { readFile } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { bindImage, type ImageIdentity } from '../../evidence/index.ts';
import { type BoundImage, openStore } from '../../evidence/stores/index.ts';
import type { Vouched } from '../../publish/index.ts';
import type { Io } from '../io.ts';
import { producer, signerFrom, type SigningArguments } from './signing.ts';

export interface BindingArguments extends SigningArguments {
  store: string;
}

export function bindingOptions<T>(yargs: Argv<T>): Argv<T & { store: string }> {
  return yargs.option('store', { type: 'string', demandOption: true, requiresArg: true, describe: 'where the evidence is kept for who has the image: a directory, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or https://…' });
}

/** Signs what ties images to their bundle and keeps both. @returns where the bundle is */
export type Binder = (vouched: Vouched, images: readonly ImageIdentity[]) => Promise<string>;

/** @throws UsageError, ConfigurationError as the signer and the store have them */
export async function binderFrom(argv: Readonly<BindingArguments>, io: Io): Promise<Binder> {
  const signer = await signerFrom(argv, io);
  const store = await openStore(argv.store, { token: io.env['CUPEL_STORE_TOKEN'] });
  return async ({ verification, bundle }, images) => {
    const bound: BoundImage[] = [];
    for (const image of images) bound.push({ imageId: image.imageId, binding: await bindImage(verification, image, signer, producer()) });
    return (await store.put(await readFile(bundle), bound)).url;
  };
}
