/** Documents to measure reading with, made from the ARF of a real scan. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const fixture = join(import.meta.dirname, '../test/fixtures/arf/debian12-cis-l1.arf.xml.gz');

/** The ARF as oscap wrote it: 20.8 MB. */
export const realArf = (): string => gunzipSync(readFileSync(fixture)).toString('utf8');

/** The ARF with its OVAL report (definitions, results and system characteristics: 5.2 MB) there more often. */
export function grownArf(arf: string, megabytes: number): string {
  const from = arf.indexOf('<arf:report id="oval0">');
  const to = arf.indexOf('</arf:report>', from) + '</arf:report>'.length;
  const report = arf.slice(from, to);
  const copies = Math.round((megabytes * 1e6 - arf.length) / report.length);
  return arf.slice(0, to) + Array.from({ length: copies }, (_, i) => `\n    ${report.replace('"oval0"', `"oval0-${i + 1}"`)}`).join('') + arf.slice(to);
}

/** What `oscap xccdf eval --results` writes of the same scan: the benchmark with the TestResult in it. SAF reads nothing else. */
export function resultsOf(arf: string): string {
  const between = (opening: string, closing: string): string => arf.slice(arf.indexOf(opening), arf.indexOf(closing) + closing.length);
  const benchmark = between('<xccdf-1.2:Benchmark', '</xccdf-1.2:Benchmark>').replaceAll('xccdf-1.2:', '');
  const collection = /<ds:data-stream-collection ([^>]*)>/.exec(arf)?.[1] ?? '';
  const prefixes = (collection.match(/xmlns:[-\w]+="[^"]*"/g) ?? []).filter((each) => !each.startsWith('xmlns:xccdf-1.2')).join(' ');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${benchmark
    .replace('<Benchmark', `<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2" ${prefixes}`)
    .replace('</Benchmark>', `${between('<TestResult', '</TestResult>')}\n</Benchmark>`)}\n`;
}
