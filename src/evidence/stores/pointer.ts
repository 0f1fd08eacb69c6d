import * as z from 'zod';
import { stableJson, type Json } from '../stable-json.ts';
import { readStrictJson } from '../statement/index.ts';

/** From an image's id to its bundle. Nothing in it is believed: the bundle has a digest, the binding a signature. */
export interface Pointer {
  imageId: string;
  bundle: { sha256: string; bytes: number };
  /** What ties image and bundle together (`bindImage`), as text. */
  binding: string;
}

const schema = 'https://cupel.dev/schema/pointer/v1';

const pointerSchema = z.strictObject({
  schema: z.literal(schema),
  image: z.string(),
  bundle: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive() }),
  binding: z.string(),
});

export function renderPointer({ imageId, bundle, binding }: Pointer): Buffer {
  return Buffer.from(stableJson({ schema, image: imageId, bundle, binding } satisfies Json));
}

/** @throws EvidenceError `json-…` */
export function readPointer(bytes: Buffer, name: string): Pointer {
  const { image, bundle, binding } = readStrictJson(bytes, name, pointerSchema);
  return { imageId: image, bundle, binding };
}
