import type { TagAttributes } from './attributes.ts';
import type { QName } from './names.ts';

/**
 * What a start tag says besides the values in it: two tags with the same text around their quoted values have
 * the same name, the same attributes in the same order, and are both empty-element tags or neither.
 * Only forms without prefixes in front of attributes, declarations or single quotes are kept: nothing in them depends on where they stand.
 */
export interface TagForm {
  readonly name: QName;
  readonly attributes: readonly QName[];
  readonly selfClosing: boolean;
  /** The beginning of the start tag that came after the last one of this form: documents repeat themselves. */
  followed: Step | undefined;
}

/** One step on the way to a form. */
interface Step {
  /** Up to and with the next opening quote, or up to and with the end of the tag. */
  readonly text: string;
  readonly next: Step[];
  /** Of the tag that ends here; undefined when a value follows. */
  form: TagForm | undefined;
}

/** A real ARF has 700 forms, in 1,700 steps. */
const maxSteps = 8192;
/** What may come after one value. */
const maxBranches = 32;
const longestText = 512;

/** The forms of start tags met so far: a tag of one of them is well-formed without a look at each byte. */
export class TagForms {
  /** The form of the tag found last. */
  found: TagForm | undefined;
  /** Where its values begin and end in the text. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** By all of the text. */
  private readonly first = new Map<string, Step>();
  private steps = 0;

  /**
   * Finds the form of a tag. Values are not looked into: they may hold what none may.
   * @param at the index in the text of what stands after the `<`
   * @returns the index after the tag; -1 when its form is not known or the tag is not whole
   */
  find(text: string, at: number): number {
    const before = this.found;
    let step = before?.followed;
    if (step === undefined || !text.startsWith(step.text, at)) {
      step = this.beginning(text, at);
      if (step === undefined) return -1;
      if (before !== undefined) before.followed = step;
    }
    at += step.text.length;
    for (let i = 0; step.form === undefined; i++) {
      const end = text.indexOf('"', at);
      if (end < 0) return -1;
      this.starts[i] = at;
      this.ends[i] = end;
      step = follow(step.next, text, end + 1);
      if (step === undefined) return -1;
      at = end + 1 + step.text.length;
    }
    this.found = step.form;
    return at;
  }

  /** Keeps the form of a tag that was read byte by byte. @param tag what stands between its `<` and its `>` */
  keep(tag: string, name: QName, attributes: TagAttributes, selfClosing: boolean): void {
    const parts = tag.split('"').filter((_, i) => i % 2 === 0);
    const names = attributes.qnames();
    if (tag.split('"').length !== 2 * names.length + 1 || names.some((each) => each.declares !== undefined || each.prefix.text !== '')) return;
    if (parts.some((part) => part.length > longestText || part.includes("'"))) return;
    let step: Step | undefined;
    for (const [i, part] of parts.entries()) {
      step = this.enter(step, part + (i === parts.length - 1 ? '>' : '"'));
      if (step === undefined) return;
    }
    if (step !== undefined) step.form ??= { name, attributes: names, selfClosing, followed: undefined };
  }

  private beginning(text: string, at: number): Step | undefined {
    const end = text.indexOf('>', at);
    if (end < 0) return undefined;
    const tag = text.slice(at, end + 1);
    const quote = tag.indexOf('"');
    return this.first.get(quote < 0 ? tag : tag.slice(0, quote + 1));
  }

  private enter(from: Step | undefined, text: string): Step | undefined {
    const known = from === undefined ? this.first.get(text) : from.next.find((step) => step.text === text);
    if (known !== undefined) return known;
    if (this.steps >= maxSteps || (from !== undefined && from.next.length >= maxBranches)) return undefined;
    this.steps++;
    // A part of the window's text would keep all of it alive.
    const step: Step = { text: text.split('').join(''), next: [], form: undefined };
    if (from === undefined) this.first.set(step.text, step);
    else from.next.push(step);
    return step;
  }
}

function follow(steps: readonly Step[], text: string, at: number): Step | undefined {
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step;
    if (text.startsWith(step.text, at)) return step;
  }
  return undefined;
}
