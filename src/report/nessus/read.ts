import { readEvidenceBytes } from '../../assay/index.ts';
import { CupelError, EvidenceError } from '../../errors.ts';
import { type Capture, CapturingHandler, elementsOf, type Selection, textOf, type XmlAttributes, type XmlElement, type XmlName, XmlScanner } from '../../xml/index.ts';
import type { NessusHost, NessusItem, NessusWord } from './model.ts';

const cm = '{http://www.nessus.org/cm}compliance-';
const family = 'Policy Compliance';
const words: ReadonlySet<string> = new Set<NessusWord>(['PASSED', 'FAILED', 'WARNING', 'ERROR']);
/** Of what is kept. A host with a thousand checks keeps about a megabyte. */
const keepable = 512 * 1024 * 1024;
/** What a plugin printed can be long; it is passed over, but it has to end. */
const longestText = 64 * 1024 * 1024;
const wanted: ReadonlySet<string> = new Set(['check-name', 'result', 'actual-value', 'policy-value', 'audit-file', 'benchmark-name', 'benchmark-version', 'benchmark-profile'].map((name) => cm + name));

/**
 * Reads the compliance results of a Nessus export, plain or gzip, as a stream: vulnerabilities are passed over.
 * @throws EvidenceError `xml-…` and `evidence-…` for the file; `nessus-root`, `nessus-empty`, `nessus-result`, `nessus-too-large` for what is in it
 */
export async function readNessus(path: string): Promise<NessusHost[]> {
  const selection = new NessusSelection();
  let left = keepable;
  const scanner = new XmlScanner(new CapturingHandler(selection, (units) => {
    left -= units;
    if (left < 0) throw new EvidenceError('nessus-too-large', 'more compliance results than any real export holds');
  }), { token: longestText });
  try {
    await readEvidenceBytes(path, (chunk) => { scanner.write(chunk); }, 8 * 1024 * 1024 * 1024);
    scanner.end();
    const hosts = selection.hosts.filter(({ items }) => items.length > 0);
    if (hosts.length === 0) throw new EvidenceError('nessus-empty', 'the export holds no compliance result');
    return hosts;
  } catch (error) {
    if (!(error instanceof CupelError) || error.message.startsWith(path)) throw error;
    throw new EvidenceError(error.code, `${path}: ${error.message}`, { cause: error, subject: path });
  }
}

class NessusSelection implements Selection {
  readonly hosts: NessusHost[] = [];
  private rooted = false;

  open(name: XmlName, attributes: XmlAttributes): Capture | undefined {
    if (!this.rooted) {
      if (name.key !== 'NessusClientData_v2') throw new EvidenceError('nessus-root', `<${name.local}> is not a Nessus export of version 2`);
      this.rooted = true;
    } else if (name.key === 'ReportHost') {
      this.hosts.push({ name: attributes.get('name') ?? '', benchmark: { name: '', version: '', profile: '' }, items: [] });
    } else if (name.key === 'ReportItem' && attributes.get('pluginFamily') === family) {
      return { skip: ({ key }) => !wanted.has(key), take: (element) => { this.item(element); } };
    }
    return undefined;
  }

  close(): void {
    // Hosts follow each other; nothing is nested.
  }

  private item(element: XmlElement): void {
    const host = this.hosts.at(-1);
    const fields = new Map(elementsOf(element).map((child) => [child.name.key.slice(cm.length), textOf(child).trim()]));
    const result = fields.get('result');
    // Compliance plugins also report that they ran, without a check.
    if (host === undefined || result === undefined) return;
    if (!words.has(result)) throw new EvidenceError('nessus-result', `"${result.slice(0, 60)}" is not a result of a Nessus compliance check`);
    const [, section = '', title = ''] = /^\s*(\d+(?:\.\d+)+)?\.?\s*(.*)$/s.exec(fields.get('check-name') ?? '') ?? [];
    host.items.push({
      section, title: clip(title.replace(/\s+/g, ' ').trim()), result: result as NessusWord,
      actual: clip(fields.get('actual-value') ?? ''), policy: clip(fields.get('policy-value') ?? ''), auditFile: clip(fields.get('audit-file') ?? ''),
    } satisfies NessusItem);
    const { benchmark } = host;
    benchmark.name ||= clip(fields.get('benchmark-name') ?? '') || (fields.get('audit-file') ?? '');
    benchmark.version ||= clip(fields.get('benchmark-version') ?? '') || (/v(\d+[._]\d+(?:[._]\d+)*)/i.exec(fields.get('audit-file') ?? '')?.[1]?.replaceAll('_', '.') ?? '');
    benchmark.profile ||= clip(fields.get('benchmark-profile') ?? '');
  }
}

/** What a host printed may be megabytes; it is shown, not judged. A copy, so that the rest of the text is let go. */
function clip(text: string): string {
  return Buffer.from(text.slice(0, 1000)).toString('utf8');
}
