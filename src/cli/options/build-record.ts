import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDirectory } from '../../embed/index.ts';
import { EvidenceError } from '../../errors.ts';
import { gatherReport } from '../../report/gather/index.ts';
import type { ReportModel } from '../../report/index.ts';
import { download, type Target } from '../../target/index.ts';
import { readLock, readLockDigests } from '../../baseline/index.ts';
import { ownFixes } from './report.ts';

/**
 * What an image was when it was built, by the record in it. Nothing proves it: who changed the machine may have changed
 * that, too. It is judged again by its own lock, as of the end of its own scan.
 * @param directory where the record is on the target
 * @throws EvidenceError `build-record-missing`, and for a record that is broken
 */
export async function buildRecord(target: Target, scratch: string, directory = buildDirectory): Promise<ReportModel> {
  const arf = join(scratch, 'build.arf.xml.gz');
  const lock = join(scratch, 'build.lock.yaml');
  const there = await target.run('[ -f "$1/arf.xml.gz" ] && [ -f "$1/baseline.lock.yaml" ]', { args: [directory] });
  if (there.exitCode !== 0) {
    throw new EvidenceError('build-record-missing', `${target.name} holds no record of its build in ${directory}`, { remedy: 'only images that cupel provision sealed have one; compare with the evidence instead: cupel diff EVIDENCE --host …' });
  }
  await download(target, `${directory}/arf.xml.gz`, arf);
  await download(target, `${directory}/baseline.lock.yaml`, lock);
  const text = await readFile(lock, 'utf8');
  const baseline = readLock(text);
  const { version, sha256 } = readLockDigests(text).content;
  const model = await gatherReport(arf, {
    now: new Date(), asOf: 'scan', ownFixes,
    policy: () => Promise.resolve({ baseline, content: { product: baseline.content.product, version, sha256 } }),
  });
  return { ...model, source: { kind: 'machine', name: 'the image as built' } };
}
