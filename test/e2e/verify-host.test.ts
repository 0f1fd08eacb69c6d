import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { packBundle } from '../../src/evidence/index.ts';
import { runRecord } from '../../src/evidence/statement/index.ts';
import { image, run, signedEvidence, signer, slimContent, verdictIn } from '../evidence/sample.ts';
import { CUPEL, machineForAll, scratch } from './factory/index.ts';

/** A machine that runs, with the files in it that its build would have put there. */
describe('cupel verify --host', () => {
  const machine = machineForAll({ name: 'verified', network: false });
  const directory = scratch();
  const agent = '#!/bin/sh\n';

  const verify = async (): Promise<{ exitCode?: number; stdout: string; stderr: string }> => execa('node', [CUPEL, 'verify', path.join(directory(), 'image.cupel.tgz'), '--key', path.join(directory(), 'factory.pub'),
    '--host', machine().host, '--port', String(machine().port), '--user', 'debian', '--key-file', machine().keyFile, '--connect-timeout', '20'], { reject: false });

  it('says of a running machine whether it still is what its evidence says, and names what is not', async () => {
    const contents = await signedEvidence({ environment: { embedded: { '/usr/lib/cupel/cis-scanner': createHash('sha256').update(agent).digest('hex') } } });
    writeFileSync(path.join(directory(), 'image.cupel.tgz'), await packBundle(contents));
    writeFileSync(path.join(directory(), 'factory.pub'), signer.key.export({ type: 'spki', format: 'pem' }));
    const put = (file: string, content: Buffer | string): void => {
      mkdirSync(path.dirname(path.join(machine().root, file)), { recursive: true });
      writeFileSync(path.join(machine().root, file), content);
    };
    const unmarked = await verify();
    expect(unmarked.exitCode, unmarked.stderr).to.equal(3);
    expect(unmarked.stderr).to.contain('[image-unmarked]');

    for (const name of ['verdict.json', 'arf.xml.gz', 'baseline.lock.yaml', 'tailoring.xml', 'remediation.sh']) put(`/usr/share/cupel/build/${name}`, contents.get(name) ?? '');
    put('/usr/share/cupel/build/run.json', runRecord(image, run, verdictIn(contents).baseline.name));
    put('/usr/share/cupel/content/ssg-debian12-ds.xml', slimContent);
    put('/usr/share/cupel/content/tailoring.xml', contents.get('tailoring.xml') ?? '');
    put('/etc/cupel/baseline.lock.yaml', contents.get('baseline.lock.yaml') ?? '');
    put('/usr/lib/cupel/cis-scanner', agent);
    const same = await verify();
    expect(same.exitCode, same.stderr).to.equal(0);
    expect(same.stdout).to.contain('10 files are those of the evidence');

    put('/etc/cupel/baseline.lock.yaml', 'edited\n');
    expect((await verify()).stdout).to.contain('edited since: /etc/cupel/baseline.lock.yaml');
    put('/usr/lib/cupel/cis-scanner', 'another\n');
    const other = await verify();
    expect(other.exitCode).to.equal(3);
    expect(other.stderr).to.contain('/usr/lib/cupel/cis-scanner').and.contain('[image-differs]');
  });
});
