import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildDirectory, sealImage } from '../../src/embed/index.ts';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

describe('sealImage', () => {
  const directory = scratch();
  let target: ShellTarget;
  let arf: string;
  const hygiene = 'echo "hygiene $1" >>"$1/order"';
  const seal = (script = hygiene): Promise<void> => sealImage(target, { files: { 'verdict.json': '{}\n', 'remediation.sh': '#!/bin/bash\n' }, remoteArf: arf }, script, directory.path);
  const inImage = (name: string): string => join(directory.path, 'image', name);
  beforeEach(() => {
    target = new ShellTarget();
    arf = join(directory.path, 'final.arf.xml.gz');
    writeFileSync(arf, 'arf');
    // The image's own directory lies below the scratch one.
    target.answer = (_, options) => {
      if (options.args !== undefined) options.args = options.args.map((word) => word.replace(buildDirectory, join(directory.path, 'image')));
      return undefined;
    };
  });

  it('puts the record into the image, for reading alone', async () => {
    await seal();
    expect(readFileSync(inImage('verdict.json'), 'utf8')).to.equal('{}\n');
    expect(readFileSync(inImage('arf.xml.gz'), 'utf8')).to.equal('arf');
    const mode = (name: string): number => statSync(inImage(name)).mode & 0o777;
    expect([mode('verdict.json'), mode('arf.xml.gz'), mode('remediation.sh'), mode('')]).to.deep.equal([0o444, 0o444, 0o555, 0o755]);
  });

  it('cleans up last, and once', async () => {
    await seal('test -s "$1/image/arf.xml.gz" && echo clean >>"$1/order"');
    expect(readFileSync(join(directory.path, 'order'), 'utf8')).to.equal('clean\n');
  });

  it('does not clean up, and fails, when the ARF is not there', async () => {
    arf = `${arf}-not`;
    expect((await rejection(seal())).code).to.equal('seal-failed');
    expect(existsSync(join(directory.path, 'order'))).to.equal(false);
  });

  it('fails when what the build left behind stays', async () => {
    const error = await rejection(seal('echo "cannot remove" >&2; exit 1'));
    expect(error.code).to.equal('hygiene-failed');
    expect(error.message).to.contain('cannot remove');
  });

  it('names a full disk', async () => {
    const answer = target.answer;
    target.answer = (script, options) => (script.includes('cp ') ? { exitCode: 1, stderr: 'cp: error writing: No space left on device' } : answer(script, options));
    expect((await rejection(seal())).code).to.equal('target-disk-full');
  });
});
