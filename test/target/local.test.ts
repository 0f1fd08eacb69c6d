import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LocalTarget } from '../../src/target/index.ts';
import { rejection, scratch } from './scratch.ts';

describe('LocalTarget', () => {
  const directory = scratch();
  const target = new LocalTarget();

  it('runs scripts with arguments, input and exit code', async () => {
    expect(await target.run('printf "%s|" "$@"; cat; echo no >&2; exit 9', { args: ['a b', "it's"], input: 'given' }))
      .to.deep.equal({ exitCode: 9, stdout: "a b|it's|given", stderr: 'no\n' });
  });

  it('writes output to a file', async () => {
    const file = join(directory.path, 'out');
    await target.run('echo text', { outputFile: file });
    expect(readFileSync(file, 'utf8')).to.equal('text\n');
  });

  it('names a file that cannot be written, and a command that takes too long', async () => {
    expect((await rejection(target.run('echo x', { outputFile: join(directory.path, 'none', 'file') }))).code).to.equal('download-unwritable');
    expect((await rejection(target.run('exec sleep 20', { timeoutSeconds: 0.2 }))).code).to.equal('target-timeout');
  });

  it('streams until the end, or until told to stop', async () => {
    let text = '';
    const stop = new AbortController();
    expect(await target.stream('echo "$1"', ['a'], (chunk) => { text += chunk.toString(); }, stop.signal)).to.equal(true);
    expect(text).to.equal('a\n');
    expect(await target.stream('echo on; exec sleep 20', [], () => { stop.abort(); }, stop.signal)).to.equal(false);
  });

  it('probes', async () => {
    expect(await target.probe('echo why >&2; false', [], 5)).to.deep.equal({ ok: false, detail: 'why' });
  });
});
