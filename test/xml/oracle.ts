import { SaxesParser } from 'saxes';
import { EvidenceError } from '../../src/errors.ts';
import { XmlScanner, type XmlAttributes, type XmlHandler, type XmlLimits, type XmlName } from '../../src/xml/index.ts';

/** Feeds a document to a handler through saxes, the oracle, as our scanner would. Throws when saxes finds any fault. */
export function feedSaxes(document: Uint8Array, handler: XmlHandler): void {
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  /** Depth of the element whose inside the handler skips. */
  let skipped = 0;
  const hand = (text: string): void => { if (depth > 0 && text !== '' && handler.wantsText !== false) handler.text(text); };
  const nameOf = (tag: { uri: string; local: string }): XmlName => ({ uri: tag.uri, local: tag.local, key: keyOf(tag) });
  parser.on('error', (error) => { throw error; });
  parser.on('text', hand);
  parser.on('cdata', hand);
  parser.on('opentag', (tag) => {
    depth++;
    const attributes = Object.values(tag.attributes)
      .filter((attribute) => attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns')
      .map((attribute): [string, string] => [keyOf(attribute.prefix === '' ? { uri: '', local: attribute.local } : attribute), attribute.value]);
    if (skipped > 0 && tag.local !== handler.watched) return;
    handler.open(nameOf(tag), new AttributeMap(attributes));
    if (skipped === 0 && handler.skipping === true) skipped = depth;
  });
  parser.on('closetag', (tag) => {
    if (skipped === 0 || skipped === depth) {
      skipped = 0;
      handler.close(nameOf(tag));
    }
    depth--;
  });
  parser.write(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(document));
  parser.close();
}

class AttributeMap extends Map<string, string> implements XmlAttributes {
  beginsWith(name: string, prefixes: readonly string[]): boolean {
    return prefixes.some((prefix) => this.get(name)?.startsWith(prefix) === true);
  }
}

function keyOf(name: { uri: string; local: string }): string {
  return name.uri === '' ? name.local : `{${name.uri}}${name.local}`;
}

/** Feeds a document to a handler through our scanner, cut after each of `cuts`. */
export function feedScanner(document: Uint8Array, handler: XmlHandler, cuts: readonly number[] = [], limits: XmlLimits = {}): void {
  const scanner = new XmlScanner(handler, limits);
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    // A chunk of its own memory, spoilt afterwards: the scanner must not keep it.
    const chunk = document.slice(from, cut);
    scanner.write(chunk);
    chunk.fill(0x21);
    from = Math.max(from, cut);
  }
  scanner.write(document.subarray(from));
  scanner.end();
}

/** Records what it is told, runs of text put together. */
export class Recorder implements XmlHandler {
  readonly events: string[] = [];
  private run = '';

  open(name: XmlName, attributes: XmlAttributes): void {
    this.flush();
    this.events.push(`<${name.key}${[...attributes].map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('')}>`);
  }

  text(text: string): void {
    this.run += text;
  }

  close(name: XmlName): void {
    this.flush();
    this.events.push(`</${name.key}>`);
  }

  private flush(): void {
    if (this.run !== '') this.events.push(JSON.stringify(this.run));
    this.run = '';
  }
}

/** What a platform may give the scanner, byte by byte. */
export const plainSearches = {
  asciiEnd: (all: Uint8Array, from: number): number => firstPlace(all, from, all.length, (byte) => (byte < 0x20 || byte > 0x7f) && byte !== 9 && byte !== 10 && byte !== 13),
  special: (all: Uint8Array, from: number, to: number): number =>
    firstPlace(all, from, to, (byte, at) => byte === 0x26 || byte === 13 || (byte === 0x5d && at + 2 < to && all[at + 1] === 0x5d && all[at + 2] === 0x3e)),
} satisfies XmlLimits;

function firstPlace(all: Uint8Array, from: number, to: number, is: (byte: number, at: number) => boolean): number {
  for (let at = from; at < to; at++) if (is(all[at]!, at)) return at;
  return to;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the scanner says of a document: its events, or the code it refuses it with. */
export function scan(document: Uint8Array | string, cuts: readonly number[] = [], limits: XmlLimits = {}): string[] | string {
  const recorder = new Recorder();
  try {
    feedScanner(typeof document === 'string' ? bytes(document) : document, recorder, cuts, limits);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return error.code;
  }
  return recorder.events;
}

/** What saxes says of a document: its events, or undefined when it refuses it. */
export function scanWithSaxes(document: Uint8Array): string[] | undefined {
  const recorder = new Recorder();
  try {
    feedSaxes(document, recorder);
  } catch {
    return undefined;
  }
  return recorder.events;
}
