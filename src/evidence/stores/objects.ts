/** A place that keeps bytes under names and never gives up what it has: what a store is made of. */
export interface ObjectStore {
  /** For messages; without credentials. */
  readonly url: string;
  /**
   * Keeps all of `bytes` under `name`, or nothing. What is there already is never replaced.
   * @throws Trouble, EvidenceError `store-…`
   */
  create(name: string, bytes: Buffer, signal: AbortSignal): Promise<'created' | 'exists'>;
  /**
   * The bytes of `name` from `offset` on; undefined when there is no such name.
   * @throws Trouble, EvidenceError `store-…`
   */
  read(name: string, offset: number, signal: AbortSignal): Promise<ObjectStream | undefined>;
  /**
   * Every name below `folder` (`bundles/`) with its length, in no order.
   * @throws Trouble, EvidenceError `store-…`; `store-unlistable` where the place tells no names
   */
  list(folder: string, signal: AbortSignal): Promise<ListedObject[]>;
}

export interface ListedObject {
  name: string;
  bytes: number;
}

export interface ObjectStream {
  /** Where `body` begins: what was asked for, or 0 when the place hands out whole objects only. */
  offset: number;
  /** Bytes of the whole object, when the place says so. */
  total: number | undefined;
  body: AsyncIterable<Uint8Array>;
}

/** What may go well the next time: a server in distress, a cut or stalled connection. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
}
