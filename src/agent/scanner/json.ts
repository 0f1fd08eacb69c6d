import type * as z from 'zod';

/** @returns `undefined` when it is not JSON, or not of this shape */
export function parseJson<T>(text: string, shape: z.ZodType<T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return shape.safeParse(value).data;
}
