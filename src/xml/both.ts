import type { XmlAttributes } from './attributes.ts';
import type { XmlName } from './names.ts';
import type { XmlHandler } from './scanner.ts';

/** Two handlers of one document, read once. The first one is told first. */
export class BothHandlers implements XmlHandler {
  private readonly first: Listener;
  private readonly second: Listener;
  private depth = 0;

  constructor(first: XmlHandler, second: XmlHandler) {
    this.first = new Listener(first);
    this.second = new Listener(second);
  }

  get wantsText(): boolean {
    return this.first.wantsText || this.second.wantsText;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    this.depth++;
    this.first.open(name, attributes, this.depth);
    this.second.open(name, attributes, this.depth);
  }

  text(text: string): void {
    this.first.text(text);
    this.second.text(text);
  }

  close(name: XmlName): void {
    this.first.close(name, this.depth);
    this.second.close(name, this.depth);
    this.depth--;
  }
}

/** One of the two, who may skip what the other one wants. */
class Listener {
  private readonly handler: XmlHandler;
  /** As the scanner's. */
  private skipped = 0;

  constructor(handler: XmlHandler) {
    this.handler = handler;
  }

  get wantsText(): boolean {
    return this.handler.wantsText !== false;
  }

  open(name: XmlName, attributes: XmlAttributes, depth: number): void {
    const { handler } = this;
    if (this.skipped > 0 && name.local !== handler.watched) return;
    handler.open(name, attributes);
    if (this.skipped === 0 && handler.skipping === true) this.skipped = depth;
  }

  text(text: string): void {
    if (this.wantsText) this.handler.text(text);
  }

  close(name: XmlName, depth: number): void {
    if (this.skipped > 0 && this.skipped < depth) return;
    this.skipped = 0;
    this.handler.close(name);
  }
}
