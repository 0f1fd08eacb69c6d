/** How many columns text takes that is ASCII but for colours; stands in for the package `string-width` in dist/. */
export default function asciiWidth(text: string): number {
  // eslint-disable-next-line no-control-regex -- colours begin with ESC
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}
