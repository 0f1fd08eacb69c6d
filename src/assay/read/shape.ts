import type { XmlAttributes, XmlHandler, XmlName } from '../../xml/index.ts';
import type { Budget } from './budget.ts';
import { arfError } from './failure.ts';

/**
 * What a reader wants of one kind of element. What no shape names is skipped with all that is in it,
 * except that its text belongs to the innermost shape that wants text.
 */
export interface Shape {
  /** By `XmlName.key`. */
  readonly children?: () => ReadonlyMap<string, Shape>;
  /** Nothing but text may stand in it. */
  readonly simple?: true;
  /** False: this one is skipped like an unknown element. */
  wants?(attributes: XmlAttributes): boolean;
  open?(attributes: XmlAttributes): void;
  /** Called with all the text inside, white space trimmed and folded; its presence makes text wanted. */
  text?(text: string): void;
  close?(): void;
}

interface Frame {
  shape: Shape;
  children: ReadonlyMap<string, Shape>;
}

/** About what the frame and what is kept of an empty element take. */
const elementCost = 64;

const none: ReadonlyMap<string, Shape> = new Map();

/** Walks a document along shapes. */
export class ShapeWalker implements XmlHandler {
  wantsText = false;
  /** Inside an element that no shape names. */
  skipping = false;
  readonly watched = 'TestResult';
  private readonly roots: ReadonlyMap<string, Shape>;
  private readonly watch: (name: XmlName, known: boolean, depth: number) => void;
  private readonly budget: Budget;
  private readonly frames: Frame[] = [];
  private current: Frame | undefined;
  private gathered = '';

  /** @param watch sees every element that is not inside a skipped one, and every TestResult: whether a shape names it, and how many shaped elements it is in */
  constructor(roots: ReadonlyMap<string, Shape>, budget: Budget, watch: (name: XmlName, known: boolean, depth: number) => void) {
    this.roots = roots;
    this.budget = budget;
    this.watch = watch;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    if (this.skipping) {
      this.watch(name, false, this.frames.length);
      return;
    }
    const shape = (this.current === undefined ? this.roots : this.current.children).get(name.key);
    this.watch(name, shape !== undefined, this.frames.length);
    if (shape === undefined) {
      if (this.current?.shape.simple === true) throw arfError('markup', `<${name.local}> stands where only a word may`);
      this.skipping = true;
      return;
    }
    if (shape.wants?.(attributes) === false) {
      this.skipping = true;
      return;
    }
    this.budget.spend(elementCost);
    this.current = { shape, children: shape.children?.() ?? none };
    this.frames.push(this.current);
    if (shape.text !== undefined) {
      this.wantsText = true;
      this.gathered = '';
    }
    shape.open?.(attributes);
  }

  text(text: string): void {
    this.budget.spend(text.length);
    this.gathered += text;
  }

  close(): void {
    if (this.skipping) {
      this.skipping = false;
      return;
    }
    const shape = this.frames.pop()?.shape;
    this.current = this.frames.at(-1);
    if (shape?.text !== undefined) {
      this.wantsText = false;
      shape.text(this.gathered.trim().replace(/[ \t\r\n]+/g, ' '));
    }
    shape?.close?.();
  }
}
