import type { TagAttributes } from './attributes.ts';
import type { QName } from './names.ts';
import type { ByteWindow } from './window.ts';

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

/** By the text up to the next quote. */
interface Node {
  readonly next: Map<string, Node>;
  form: TagForm | undefined;
}

/** A real ARF has 700 forms, which make 1,700 nodes. */
const maxNodes = 8192;
const longestPart = 512;

const newNode = (): Node => ({ next: new Map<string, Node>(), form: undefined });

/** The forms of start tags met so far: a tag of one of them is well-formed without a look at each byte. */
export class TagForms {
  private readonly root = newNode();
  private nodes = 0;

  /**
   * The form of a tag, and its values given to `attributes`; undefined when the form is not known or the tag is not whole.
   * @param tag what stands between `<` and the next `>`, without `&` and `<`
   */
  of(tag: string, attributes: TagAttributes): TagForm | undefined {
    const parts = tag.split('"');
    let node: Node | undefined = this.root;
    for (let i = 0; i < parts.length; i += 2) {
      node = node.next.get(parts[i] as string);
      if (node === undefined) return undefined;
    }
    if (node.form !== undefined) attributes.useForm(node.form, parts);
    return node.form;
  }

  /** Keeps the form of a tag that was read byte by byte and is bytes `from..to` of the window, `<` and `>` included. */
  keep(window: ByteWindow, from: number, to: number, name: QName, attributes: TagAttributes, selfClosing: boolean): void {
    const parts = window.text.slice(from + 1, to - 1).split('"');
    if (parts.length !== 2 * attributes.written + 1) return;
    const names: QName[] = [];
    for (let i = 0; i < attributes.written; i++) {
      const attribute = attributes.qname(i);
      if (attribute.declares !== undefined || attribute.prefix.text !== '') return;
      names.push(attribute);
    }
    let node = this.root;
    for (let i = 0; i < parts.length; i += 2) {
      const part = parts[i] as string;
      if (part.length > longestPart || part.includes("'")) return;
      let next = node.next.get(part);
      if (next === undefined) {
        if (++this.nodes > maxNodes) return;
        next = newNode();
        // A part of the window's text would keep all of it alive.
        node.next.set(part.split('').join(''), next);
      }
      node = next;
    }
    node.form = { name, attributes: names, selfClosing };
  }
}
