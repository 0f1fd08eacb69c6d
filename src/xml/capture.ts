import type { XmlAttributes } from './attributes.ts';
import type { XmlName } from './names.ts';
import type { XmlHandler } from './scanner.ts';

/** A small part of a document, held as a tree. */
export interface XmlElement {
  name: XmlName;
  attributes: ReadonlyMap<string, string>;
  children: (XmlElement | string)[];
}

/** What is to become of an element: it is held until its end, then handed over. */
export interface Capture {
  take: (element: XmlElement) => void;
  /** True for an element inside it that is not wanted, nor what is in it. */
  skip?: (name: XmlName, attributes: XmlAttributes) => boolean;
}

/** Decides what is held; sees every element that is not inside one that is. */
export interface Selection {
  open(name: XmlName, attributes: XmlAttributes): Capture | undefined;
  close(name: XmlName): void;
}

/** About what an element costs beside its text. */
const elementCost = 100;

/** Holds the parts of a document that a selection asks for, one at a time. */
export class CapturingHandler implements XmlHandler {
  wantsText = false;
  private readonly selection: Selection;
  private readonly spend: (units: number) => void;
  private capture: Capture | undefined;
  private readonly opened: XmlElement[] = [];
  private skipped = 0;

  /** @param spend told about how many bytes are held, all in all; throws when it is too much */
  constructor(selection: Selection, spend: (units: number) => void) {
    this.selection = selection;
    this.spend = spend;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    if (this.capture === undefined) {
      this.capture = this.selection.open(name, attributes);
      if (this.capture !== undefined) this.push(name, attributes);
    } else if (this.skipped > 0 || this.capture.skip?.(name, attributes) === true) {
      this.skipped++;
      this.wantsText = false;
    } else {
      this.push(name, attributes);
    }
  }

  text(text: string): void {
    const element = this.opened.at(-1);
    if (element === undefined) return;
    this.spend(text.length);
    const { children } = element;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  }

  close(name: XmlName): void {
    if (this.skipped > 0) {
      this.skipped--;
      this.wantsText = this.skipped === 0;
      return;
    }
    const element = this.opened.pop();
    if (element === undefined || this.capture === undefined) {
      this.selection.close(name);
      return;
    }
    if (this.opened.length > 0) return;
    const { take } = this.capture;
    this.capture = undefined;
    this.wantsText = false;
    take(element);
  }

  private push(name: XmlName, attributes: XmlAttributes): void {
    const element: XmlElement = { name, attributes: new Map(attributes), children: [] };
    let cost = elementCost;
    for (const value of element.attributes.values()) cost += value.length;
    this.spend(cost);
    this.opened.at(-1)?.children.push(element);
    this.opened.push(element);
    this.wantsText = true;
  }
}

/** The elements directly inside. */
export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child): child is XmlElement => typeof child !== 'string');
}

/** All text inside, as it is written. */
export function textOf(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}
