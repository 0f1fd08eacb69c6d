/**
 * A streaming XML scanner with limits of its own. Pure TypeScript over byte chunks.
 * (Interface; the implementation follows.)
 */
export interface XmlName {
  /** Namespace URI, '' when none. */
  uri: string;
  local: string;
}
export interface XmlHandler {
  /** `attributes`: by local name for attributes without a prefix, by `{uri}local` for prefixed ones. xmlns declarations are left out. */
  open(name: XmlName, attributes: ReadonlyMap<string, string>): void;
  /** Character data and CDATA with entities resolved; may arrive in several pieces. */
  text(text: string): void;
  close(name: XmlName): void;
}
export interface XmlLimits {
  /** Deepest element nesting. Default 256. */
  depth?: number;
  /** Longest tag, comment or run of text between tags, in bytes. Default 4 MiB. */
  token?: number;
}
