import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { remoteArf, scan } from '../../src/assay/run.ts';
import type { Assay } from '../../src/assay/index.ts';
import { EvidenceError, TargetError } from '../../src/errors.ts';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

const fixture = join(import.meta.dirname, '../fixtures/arf/all-notapplicable.arf.xml.gz');

describe('scan', () => {
  const directory = scratch();
  let target: ShellTarget;
  let shown: string[];
  let took: number[];
  /** An oscap of shell text: `$arf` is where its results belong. */
  const oscap = (text: string): void => {
    const tools = join(directory.path, 'tools');
    mkdirSync(tools, { recursive: true });
    writeFileSync(join(tools, 'oscap'), `#!/bin/sh\narf=\nfor a; do [ "$last" != --results-arf ] || arf=$a; last=$a; done\n${text}\n`);
    chmodSync(join(tools, 'oscap'), 0o755);
    target.answer = (script, options) => {
      if (script.includes('systemd-run')) options.input = `PATH='${tools}':$PATH\n${options.input as string}`;
      return undefined;
    };
  };
  const run = (): Promise<Assay> => scan(target, {
    name: 'final', workDirectory: directory.path, unitPrefix: 'cupel-1', contentPath: '/content.xml', tailoringPath: '/tailoring.xml', profile: 'p', run: 'run-uuid',
    selected: 3, localPath: join(directory.path, 'local.arf.xml.gz'), onOscap: (seconds) => took.push(seconds), emit: (event) => { if (event.type === 'status') shown.push(event.message); },
  });
  const evaluates = `gzip -dc '${fixture}' >"$arf"`;
  beforeEach(() => {
    target = new ShellTarget();
    shown = [];
    took = [];
  });

  for (const code of [0, 2]) {
    it(`takes exit ${code} for an evaluation, and reads its ARF`, async () => {
      oscap(`${evaluates}; exit ${code}`);
      expect((await run()).rules).to.not.be.empty;
    });
  }

  it('asks for nothing more than the ARF, and names the run in it', async () => {
    oscap(`printf '%s\\n' "$OSCAP_EVALUATION_TARGET" "$*" >'${directory.path}/called'; ${evaluates}`);
    await run();
    copyFileSync(join(directory.path, 'called'), join(directory.path, 'copy'));
    const called = (await target.run(`cat '${directory.path}/copy'`)).stdout.split('\n');
    expect(called[0]).to.equal('run-uuid');
    expect(called[1]).to.equal(`xccdf eval --progress --skip-validation --profile p --tailoring-file /tailoring.xml --results-arf ${directory.path}/final.arf.xml /content.xml`);
  });

  it('shows how far it is, and takes only rules for progress', async () => {
    oscap(`echo xccdf_a:pass; echo 'a warning: of something'; echo xccdf_b:fail; ${evaluates}`);
    await run();
    expect(shown).to.deep.equal(['1/3 rules', '2/3 rules']);
  });

  it('tells how long oscap itself took', async () => {
    oscap(`sleep 0.2; ${evaluates}`);
    await run();
    expect(took).to.have.length(1);
    expect(took[0]).to.be.within(0.15, 20);
  });

  it('takes exit 1 for no evaluation, whatever was written', async () => {
    oscap(`${evaluates}; echo 'OpenSCAP Error: no such profile' >&2; exit 1`);
    const error = await rejection(run());
    expect(error).to.be.instanceOf(EvidenceError);
    expect(error.code).to.equal('oscap-failed');
    expect(error.message).to.contain('no such profile');
  });

  it('takes a crash for no evaluation', async () => {
    oscap('kill -SEGV $$');
    expect((await rejection(run())).code).to.equal('oscap-failed');
  });

  it('says when there is no oscap', async () => {
    oscap('exit 127');
    expect((await rejection(run())).code).to.equal('oscap-missing');
  });

  it('names a full disk', async () => {
    oscap('echo "I/O error: No space left on device" >&2; exit 1');
    const error = await rejection(run());
    expect(error).to.be.instanceOf(TargetError);
    expect(error.code).to.equal('target-disk-full');
  });

  it('does not believe an oscap that could not ask for packages', async () => {
    oscap(`${evaluates}; echo 'E: oscap:     dpkginfo_init has failed.' >&2; echo 'OpenSCAP Error: Could not remove /tmp/oscap.x' >&2; exit 2`);
    const error = await rejection(run());
    expect(error).to.be.instanceOf(EvidenceError);
    expect(error).to.include({ code: 'oscap-blind' });
    expect(error.message).to.contain('dpkginfo_init has failed');
  });

  it('believes one that only could not tidy up', async () => {
    oscap(`${evaluates}; echo 'OpenSCAP Error: Could not remove /tmp/oscap.x. Directory not empty' >&2; exit 2`);
    expect((await run()).rules).to.not.be.empty;
  });

  it('does not take success without an ARF for an assay', async () => {
    oscap('exit 0');
    expect((await rejection(run())).code).to.equal('oscap-failed');
  });

  it('refuses an ARF that oscap wrote only in part', async () => {
    oscap(`gzip -dc '${fixture}' | head -c 100000 >"$arf"; exit 2`);
    const error = await rejection(run());
    expect(error).to.be.instanceOf(EvidenceError);
    expect(error.code).to.equal('xml-truncated');
  });

  it('keeps the compressed ARF on the target, where it is sealed from', () => {
    expect(remoteArf('/w', 'final')).to.equal('/w/final.arf.xml.gz');
  });
});
