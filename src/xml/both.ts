import type { XmlAttributes } from './attributes.ts';
import type { XmlName } from './names.ts';
import type { XmlHandler } from './scanner.ts';

/** Two handlers of one document, read once. The first one is told first. */
export class BothHandlers implements XmlHandler {
  private readonly first: XmlHandler;
  private readonly second: XmlHandler;

  constructor(first: XmlHandler, second: XmlHandler) {
    this.first = first;
    this.second = second;
  }

  get wantsText(): boolean {
    return this.first.wantsText !== false || this.second.wantsText !== false;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    this.first.open(name, attributes);
    this.second.open(name, attributes);
  }

  text(text: string): void {
    if (this.first.wantsText !== false) this.first.text(text);
    if (this.second.wantsText !== false) this.second.text(text);
  }

  close(name: XmlName): void {
    this.first.close(name);
    this.second.close(name);
  }
}
