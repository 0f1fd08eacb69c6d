import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeFolder } from '../src/make-folder.ts';

describe('making a folder', () => {
  let scratch: string;
  beforeEach(() => { scratch = mkdtempSync(join(tmpdir(), 'cupel-folder-')); });
  afterEach(() => { rmSync(scratch, { recursive: true, force: true }); });
  const failure = async (path: string): Promise<string | undefined> => makeFolder(path).then(() => undefined, (error: unknown) => (error as NodeJS.ErrnoException).code);

  it('makes all that is missing, with the mode asked for, and leaves what is there', async () => {
    mkdirSync(join(scratch, 'there'));
    chmodSync(join(scratch, 'there'), 0o755);
    await makeFolder(join(scratch, 'there', 'a', 'b'), 0o700);
    expect(['there', 'there/a', 'there/a/b'].map((name) => statSync(join(scratch, name)).mode & 0o777)).to.deep.equal([0o755, 0o700, 0o700]);
    await makeFolder(join(scratch, 'there', 'a', 'b'));
    await makeFolder('.');
    await makeFolder('/');
  });

  it('follows a link to a folder', async () => {
    mkdirSync(join(scratch, 'folder'));
    symlinkSync('folder', join(scratch, 'link'));
    await makeFolder(join(scratch, 'link'));
    await makeFolder(join(scratch, 'link', 'below'));
    expect(statSync(join(scratch, 'folder', 'below')).isDirectory()).to.equal(true);
  });

  it('is no race: many at once make the same one', async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(scratch, 'a', 'b', 'c'))));
    expect(statSync(join(scratch, 'a', 'b', 'c')).isDirectory()).to.equal(true);
  });

  it('ends with an error where there can be none, be it below a file, a dead link or in /proc', async () => {
    writeFileSync(join(scratch, 'file'), '');
    symlinkSync('nowhere', join(scratch, 'dead'));
    expect(await failure(join(scratch, 'file'))).to.equal('EEXIST');
    expect(await failure(join(scratch, 'file', 'below'))).to.equal('EEXIST');
    expect(await failure(join(scratch, 'dead'))).to.equal('EEXIST');
    expect(await failure('')).to.equal('ENOENT');
    for (const path of ['/proc/x', '/proc/x/y/z']) expect(await failure(path), path).to.equal('ENOENT');
  });
});
