import { Builder } from 'xml2js';

/** What xml2js makes an element of: `$` holds the attributes, `_` the text. */
export type XmlContent = string | { $?: Record<string, string | number>; _?: string; [child: string]: XmlContent | XmlContent[] | Record<string, string | number> | undefined };

/** XML with a declaration and two spaces, newline at the end. Characters that XML 1.0 cannot hold become U+FFFD. */
export function renderXml(root: string, content: XmlContent): string {
  const builder = new Builder({ rootName: root, renderOpts: { pretty: true, indent: '  ', newline: '\n' }, xmldec: { version: '1.0', encoding: 'UTF-8' } });
  return `${builder.buildObject(clean(content))}\n`;
}

function clean(content: unknown): unknown {
  if (typeof content === 'string') return xmlText(content);
  if (Array.isArray(content)) return content.map(clean);
  if (typeof content === 'object' && content !== null) return Object.fromEntries(Object.entries(content).filter(([, held]) => held !== undefined).map(([key, held]) => [key, clean(held)]));
  return content;
}

/** A text as XML 1.0 can hold it. */
export function xmlText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is replaced
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, '\ufffd');
}
