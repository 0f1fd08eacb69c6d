import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvidenceBytes } from '../../assay/index.ts';
import { ConfigurationError } from '../../errors.ts';
import { readContents } from '../../evidence/index.ts';
import { kindOf } from './gather.ts';

/**
 * The page that this host's own `oscap xccdf generate report` makes of an ARF, for who is used to it.
 * @param path a bundle, an evidence directory or an ARF, already found whole
 * @throws ConfigurationError `oscap-report`
 */
export async function renderOscapHtml(path: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'cupel-report-'));
  try {
    const arf = join(scratch, 'arf.xml');
    const page = join(scratch, 'report.html');
    await plainArf(path, scratch, arf);
    // Loaded for this page alone: it is large.
    const { execa } = await import('execa');
    const { exitCode, stderr, code } = await execa('oscap', ['xccdf', 'generate', 'report', '--output', page, arf], { reject: false, stdin: 'ignore', stdout: 'ignore', timeout: 300_000 });
    const made = await stat(page).then((found) => found.size > 0, () => false);
    if (exitCode !== 0 || !made) {
      const missing = code === 'ENOENT';
      throw new ConfigurationError('oscap-report', missing ? 'there is no oscap on this host' : `oscap could not draw the report: ${stderr.slice(-500)}`, { remedy: 'install openscap-scanner on this host, or take --format html' });
    }
    return await readFile(page, 'utf8');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** oscap reads no gzip. */
async function plainArf(path: string, scratch: string, target: string): Promise<void> {
  let source = path;
  if (await kindOf(path) !== 'arf') {
    source = join(scratch, 'arf.xml.gz');
    await writeFile(source, (await readContents(path)).get('arf.xml.gz') ?? '');
  }
  const sink = createWriteStream(target);
  const written = new Promise<void>((resolve, reject) => { sink.on('finish', resolve).on('error', reject); });
  await readEvidenceBytes(source, (chunk) => { sink.write(Uint8Array.from(chunk)); });
  sink.end();
  await written;
}
