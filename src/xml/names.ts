import { xmlError } from './failure.ts';
import { isNcName } from './namechars.ts';
import { decodeUtf8, oneToOne } from './utf8.ts';

export interface XmlName {
  /** Namespace URI, '' when none. */
  readonly uri: string;
  readonly local: string;
  /** `local`, or `{uri}local` when there is a namespace: how attributes are looked up, and names are matched. */
  readonly key: string;
}

/** A resolved name. One object per (uri, local) and scanner, so names may be compared by identity. */
export interface ExpandedName extends XmlName {
  /** The last tag this was an attribute of: finds duplicates without a set. */
  seen: number;
}

/** A namespace prefix and the URI it is bound to where the scanner stands; undefined when unbound. */
export interface Prefix {
  readonly text: string;
  uri: string | undefined;
}

/** A name as written in a tag. */
export interface QName {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The end tag that fits, one character for each byte. */
  readonly endTag: string;
  readonly prefix: Prefix;
  readonly local: string;
  /** `xmlns` or `xmlns:…`: the prefix it declares. */
  readonly declares: Prefix | undefined;
  seen: number;
  expanded: ExpandedName | undefined;
  next: QName | undefined;
}

/** Far more than the few hundred distinct names of SCAP documents; keeps hostile ones from filling memory. */
const maxNames = 8192;
const slotCount = 2048;
const maxChain = 64;
const longestName = 1024;
/** Every name met, once: a tag's name is found by its bytes, without making a string. */
export class NameTable {
  readonly none: Prefix = { text: '', uri: '' };
  private readonly slots: (QName | undefined)[] = new Array<QName | undefined>(slotCount).fill(undefined);
  private readonly prefixes = new Map<string, Prefix>([['', this.none]]);
  private readonly expandedNames = new Map<string, ExpandedName>();
  private readonly uris = new Map<string, string>();
  private count = 0;

  constructor() {
    this.prefix('xml').uri = 'http://www.w3.org/XML/1998/namespace';
    this.prefix('xmlns').uri = 'http://www.w3.org/2000/xmlns/';
  }

  /** @param hash of the bytes, by `hash = hash * 31 + byte` in 32 bits */
  find(bytes: Uint8Array, from: number, to: number, hash: number, offset: number): QName {
    const slot = (hash ^ (hash >>> 15)) & (slotCount - 1);
    let chain = 0;
    for (let name = this.slots[slot]; name !== undefined; name = name.next) {
      if (sameBytes(name.bytes, bytes, from, to)) return name;
      chain++;
    }
    if (to - from > longestName) throw xmlError('too-long', offset, `a name longer than ${longestName} bytes`);
    if (++this.count > maxNames || chain > maxChain) throw xmlError('too-many-names', offset, 'too many different names');
    const name = this.make(bytes.slice(from, to), offset, this.slots[slot]);
    this.slots[slot] = name;
    return name;
  }

  /** The one object for a resolved name. */
  expand(uri: string, local: string, offset: number): ExpandedName {
    const key = uri === '' ? local : `{${uri}}${local}`;
    let name = this.expandedNames.get(key);
    if (name === undefined) {
      if (this.expandedNames.size > 4 * maxNames) throw xmlError('too-many-names', offset, 'too many different names');
      name = { uri, local, key, seen: 0 };
      this.expandedNames.set(key, name);
    }
    return name;
  }

  /** The one string for a namespace: names are compared with it at every tag, and engines see at once that a string is the same one. */
  uri(uri: string): string {
    const known = this.uris.get(uri);
    if (known !== undefined || this.uris.size > maxNames) return known ?? uri;
    this.uris.set(uri, uri);
    return uri;
  }

  private prefix(text: string): Prefix {
    let prefix = this.prefixes.get(text);
    if (prefix === undefined) {
      prefix = { text, uri: undefined };
      this.prefixes.set(text, prefix);
    }
    return prefix;
  }

  private make(bytes: Uint8Array, offset: number, next: QName | undefined): QName {
    const text = decodeUtf8(bytes, 0, bytes.length);
    const colon = text.indexOf(':');
    const prefix = colon < 0 ? '' : text.slice(0, colon);
    const local = text.slice(colon + 1);
    if (!isNcName(local) || (colon >= 0 && !isNcName(prefix))) {
      throw xmlError('malformed', offset, `"${text.slice(0, 60)}" is not a name`);
    }
    const declares = text === 'xmlns' ? this.none : prefix === 'xmlns' ? this.prefix(local) : undefined;
    return { bytes, text, endTag: `</${oneToOne(bytes)}>`, prefix: this.prefix(prefix), local, declares, seen: 0, expanded: undefined, next };
  }
}

export function sameBytes(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  const length = name.length;
  if (to - from !== length) return false;
  for (let i = 0; i < length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}
