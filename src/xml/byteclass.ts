/** Byte tables for the inner loops. Byte 0 always stops: the scanner keeps one after its last byte. */

/** Bytes that may be in a name; which of them may be where is checked once per distinct name. */
export const inName = table((byte) =>
  byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x3a)
  || byte === 0x2d || byte === 0x2e || byte === 0x5f);

/** Bytes an attribute value may hold without a second look: all but NUL, `<`, `&`, quotes, tab and line ends. */
export const plainValue = table((byte) => byte >= 0x20 && byte !== 0x3c && byte !== 0x26 && byte !== 0x22 && byte !== 0x27);

/** What XML allows of ASCII. */
export const ascii = table((byte) => (byte >= 0x20 && byte < 0x80) || byte === 0x0a || byte === 0x09 || byte === 0x0d);

/** Tab, line feed, carriage return, space. */
export const space = table((byte) => byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d);

function table(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}
