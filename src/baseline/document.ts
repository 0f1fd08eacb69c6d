import type { ChoiceTable } from './choices.ts';
import type { GatePolicy, IgnoreEntry } from './model.ts';
import type { Located, Place } from './problem.ts';

export type ValueSetting = { literal: string } | { selector: string };

/**
 * A baseline as written: fragments merged, ignore lists read, every reference with its place, rules
 * and values by short id.
 * Nothing in it has been compared with any content yet.
 */
export interface BaselineDocument {
  /** The file it was loaded from. */
  path: string;
  name: string;
  description: string | undefined;
  content: { product: string; version: string; sha256: string | undefined } & Place;
  profile: Located<string>;
  choices: Map<string, Located<string>>;
  values: Map<string, Located<ValueSetting>>;
  select: Located<string>[];
  deselect: (Located<string> & { reason: string })[];
  ignore: Located<IgnoreEntry>[];
  harden: { passes: number; skip: Located<string>[]; guard: boolean };
  gate: Omit<GatePolicy, 'required'> & { required: Located<string>[] };
  /** The alternatives of this product. */
  choiceTable: ChoiceTable;
  /** Files it was made from, in the order read, named from the folder of `path`. */
  sources: string[];
}
