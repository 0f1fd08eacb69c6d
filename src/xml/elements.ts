import type { TagAttributes } from './attributes.ts';
import { xmlError } from './failure.ts';
import type { ExpandedName, NameTable, Prefix, QName } from './names.ts';

const xmlUri = 'http://www.w3.org/XML/1998/namespace';
const xmlnsUri = 'http://www.w3.org/2000/xmlns/';
/** Real namespace names have fewer than a hundred characters; every name in a namespace carries it. */
const longestUri = 1024;

/** The open elements and the namespace bindings they brought. Each costs the same at any depth. */
export class Elements {
  depth = 0;
  /** The innermost open element, as written. */
  top: QName | undefined;
  private readonly names: NameTable;
  private readonly limit: number;
  private readonly written: QName[] = [];
  private readonly resolved: ExpandedName[] = [];
  /** How many entries of `undo` belong to the elements below. */
  private readonly marks: number[] = [];
  private readonly undo: { prefix: Prefix; uri: string | undefined }[] = [];
  private tag = 0;

  constructor(names: NameTable, limit: number) {
    this.names = names;
    this.limit = limit;
  }

  /** Opens an element whose tag binds nothing and has only distinct attributes without prefixes. */
  enter(qname: QName, offset: number): ExpandedName {
    const { depth } = this;
    if (depth >= this.limit) throw tooDeep(this.limit, offset);
    const { uri } = qname.prefix;
    let name = qname.expanded;
    if (name === undefined || name.uri !== uri) name = this.resolve(qname, uri, offset);
    this.marks[depth] = this.undo.length;
    this.written[depth] = this.top = qname;
    this.resolved[depth] = name;
    this.depth = depth + 1;
    return name;
  }

  /** Opens an element: binds what it declares, resolves its name and the names of its attributes. */
  push(qname: QName, attributes: TagAttributes, offset: number): ExpandedName {
    if (this.depth >= this.limit) throw tooDeep(this.limit, offset);
    this.tag++;
    this.marks[this.depth] = this.undo.length;
    for (let i = 0; i < attributes.written; i++) {
      const attribute = attributes.qname(i);
      if (attribute.seen === this.tag) throw duplicate(attribute.text, offset);
      attribute.seen = this.tag;
      if (attribute.declares !== undefined) this.bind(attribute.declares, attributes.value(i), offset);
    }
    const name = this.resolve(qname, qname.prefix.uri, offset);
    for (let i = 0; i < attributes.written; i++) {
      const attribute = attributes.qname(i);
      if (attribute.declares !== undefined) continue;
      // The default namespace does not apply to attributes.
      const key = this.resolve(attribute, attribute.prefix.text === '' ? '' : attribute.prefix.uri, offset);
      if (key.seen === this.tag) throw duplicate(key.key, offset);
      key.seen = this.tag;
      attributes.show(i, key);
    }
    this.written[this.depth] = this.top = qname;
    this.resolved[this.depth] = name;
    this.depth++;
    return name;
  }

  /** Closes the innermost element. */
  pop(): ExpandedName {
    const depth = --this.depth;
    const mark = this.marks[depth] as number;
    while (this.undo.length > mark) {
      const last = this.undo.pop();
      if (last !== undefined) last.prefix.uri = last.uri;
    }
    this.top = depth === 0 ? undefined : this.written[depth - 1];
    return this.resolved[depth] as ExpandedName;
  }

  private resolve(qname: QName, uri: string | undefined, offset: number): ExpandedName {
    if (uri === undefined) throw xmlError('undefined-prefix', offset, `prefix "${qname.prefix.text}" is not declared`);
    let name = qname.expanded;
    if (name?.uri !== uri) qname.expanded = name = this.names.expand(uri, qname.local, offset);
    return name;
  }

  private bind(prefix: Prefix, uri: string, offset: number): void {
    const reserved = prefix.text === 'xmlns' || uri === xmlnsUri || (prefix.text === 'xml') !== (uri === xmlUri);
    if (reserved) throw xmlError('namespace', offset, `"${prefix.text}" may not be bound to "${uri.slice(0, 80)}"`);
    if (uri === '' && prefix.text !== '') throw xmlError('namespace', offset, `prefix "${prefix.text}" may not be unbound`);
    if (/\s/.test(uri)) throw xmlError('namespace', offset, 'white space in a namespace name');
    if (uri.length > longestUri) throw xmlError('namespace', offset, `namespace name longer than ${longestUri} characters`);
    this.undo.push({ prefix, uri: prefix.uri });
    prefix.uri = this.names.uri(uri);
  }
}

function tooDeep(limit: number, offset: number): Error {
  return xmlError('too-deep', offset, `more than ${limit} elements deep`);
}

function duplicate(name: string, offset: number): Error {
  return xmlError('duplicate-attribute', offset, `attribute "${name.slice(0, 200)}" twice in one tag`);
}
