import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ContentIndex, readContentIndex } from '../../src/content/index.ts';
import { TargetError } from '../../src/errors.ts';
import { check, type CheckOptions } from '../../src/provision/index.ts';
import { baseline } from '../gate/samples.ts';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

describe('check', () => {
  const directory = scratch();
  let target: ShellTarget;
  let warnings: string[];
  let work: string;
  let facts: string;
  /** In place of oscap and everything about it. */
  let scanner: string;
  const content = join(import.meta.dirname, '../fixtures/content/ssg-reach-ds.xml');
  let index: ContentIndex;
  before(async () => { index = await readContentIndex(content); });
  const run = (more: Partial<CheckOptions> = {}): ReturnType<typeof check> => check(target, {
    baseline: baseline({}, { profile: 'xccdf_org.ssgproject.content_profile_base' }), index, content: { path: content, product: 'debian12', version: '0.1.82', sha256: 'c'.repeat(64) }, selected: 1, name: 'm',
    scratch: directory.path, asOf: new Date(), emit: (event) => { if (event.type === 'warning') warnings.push(event.message); }, ...more,
  });
  beforeEach(() => {
    target = new ShellTarget();
    warnings = [];
    work = join(directory.path, 'on the machine');
    mkdirSync(work);
    scanner = 'echo "OpenSCAP Error: no" >&2; exit 1';
    facts = `osId=debian\nosVersion=12\nosName=Debian\nmemory=2000000\ndiskFree=3000000\nclock=${Math.floor(Date.now() / 1000)}\nworkDirectory=${work}\nhasSystemd=1\n`;
    target.answer = (script, options) => {
      if (script.includes('os-release')) return { stdout: facts };
      if (script.includes('--state=failed')) return { stdout: '' };
      if (script.includes('systemd-run')) options.input = scanner;
      return undefined;
    };
  });

  it('takes away what it brought, also when there is no verdict', async () => {
    const failure = await rejection(run()); expect(failure.code, failure.message).to.equal('oscap-failed');
    expect(existsSync(work)).to.equal(false);
    expect(warnings).to.deep.equal([]);
  });

  it('takes away what it tried out on a machine that is the wrong one', async () => {
    facts = facts.replace('osVersion=12', 'osVersion=11');
    expect((await rejection(run())).code).to.equal('preflight-os');
    expect(existsSync(work)).to.equal(false);
  });

  it('tells what went wrong first, not that it could not clean up after it', async () => {
    const answer = target.answer;
    target.answer = (script, options) => (script.startsWith('rm -rf') ? new TargetError('target-unreachable', 'm cannot be reached') : answer(script, options));
    const failure = await rejection(run()); expect(failure.code, failure.message).to.equal('oscap-failed');
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('may be left on').and.contain('m cannot be reached');
  });

  it('gives no verdict from an ARF of another run', async () => {
    scanner = `gzip -dc '${join(import.meta.dirname, '../fixtures/arf/all-notapplicable.arf.xml.gz')}' | gzip >"$5"`;
    expect((await rejection(run())).code).to.equal('assay-mismatch');
    expect(existsSync(work)).to.equal(false);
  });
});
