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
}

/** One step on the way to a form. */
interface Step {
  /** Up to and with the next opening quote; the rest of the tag when there is none. */
  readonly text: string;
  readonly next: Step[];
  /** Of the tag that ends here; undefined when another value follows. */
  form: TagForm | undefined;
}

/** A real ARF has 700 forms, in 1,700 steps. */
const maxSteps = 8192;
/** What may come after one value. */
const maxBranches = 32;
const longestText = 512;

/** The forms of start tags met so far: a tag of one of them is well-formed without a look at each byte. */
export class TagForms {
  /** Where the values of the tag found last begin and end, counted from after its `<`. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** By all that stands before the first quote. */
  private readonly first = new Map<string, Step>();
  private steps = 0;

  /**
   * The form of a tag; undefined when it is not known or the tag is not whole.
   * @param tag what stands between `<` and the next `>`, without `&` and `<`
   */
  find(tag: string): TagForm | undefined {
    let at = tag.indexOf('"');
    let step = this.first.get(at < 0 ? tag : tag.slice(0, ++at));
    for (let i = 0; step !== undefined && at >= 0; i++) {
      const end = tag.indexOf('"', at);
      if (end < 0) return undefined;
      this.starts[i] = at;
      this.ends[i] = end;
      step = follow(step.next, tag, end + 1);
      at = step === undefined || step.form !== undefined ? -1 : end + 1 + step.text.length;
    }
    return step?.form;
  }

  /** Keeps the form of a tag that was read byte by byte. @param tag what stands between its `<` and its `>` */
  keep(tag: string, name: QName, attributes: TagAttributes, selfClosing: boolean): void {
    const parts = tag.split('"').filter((_, i) => i % 2 === 0);
    const names = attributes.qnames();
    if (tag.split('"').length !== 2 * names.length + 1 || names.some((each) => each.declares !== undefined || each.prefix.text !== '')) return;
    if (parts.some((part) => part.length > longestText || part.includes("'"))) return;
    let step: Step | undefined;
    for (const [i, part] of parts.entries()) {
      step = this.enter(step, i === parts.length - 1 ? part : `${part}"`);
      if (step === undefined) return;
    }
    if (step !== undefined) step.form = { name, attributes: names, selfClosing };
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

function follow(steps: readonly Step[], tag: string, at: number): Step | undefined {
  for (const step of steps) {
    if (tag.startsWith(step.text, at) && (step.form === undefined || at + step.text.length === tag.length)) return step;
  }
  return undefined;
}
