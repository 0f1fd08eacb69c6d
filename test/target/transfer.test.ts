import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { EvidenceError, TargetError } from '../../src/errors.ts';
import { download, upload, uploadFile, uploadFiles } from '../../src/target/index.ts';
import { rejection, scratch } from './scratch.ts';
import { ShellTarget } from './shell-target.ts';

describe('upload', () => {
  const directory = scratch();
  const target = new ShellTarget();

  it('brings any bytes over unchanged', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
      await upload(target, bytes, join(directory.path, 'bytes'), '0600');
      expect(readFileSync(join(directory.path, 'bytes')).equals(bytes)).to.equal(true);
    }), { numRuns: 8 });
  });

  it('makes the folder, sets the mode and leaves no part behind', async () => {
    const path = join(directory.path, "a b/it's", 'file');
    await upload(target, 'text', path, '0640');
    expect(statSync(path).mode & 0o777).to.equal(0o640);
    expect(existsSync(`${path}.part`)).to.equal(false);
  });

  it('brings a file of this host over', async () => {
    writeFileSync(join(directory.path, 'from'), 'content');
    await uploadFile(target, join(directory.path, 'from'), join(directory.path, 'to'), '0600');
    expect(readFileSync(join(directory.path, 'to'), 'utf8')).to.equal('content');
  });

  it('refuses what arrived otherwise than it was sent, and keeps what was there', async () => {
    const path = join(directory.path, 'file');
    await upload(target, 'old', path, '0600');
    const damaging = new ShellTarget();
    damaging.answer = (_, options) => {
      if (!(options.input instanceof Uint8Array)) return undefined;
      options.input = gzipSync(Buffer.concat([gunzipSync(options.input), Buffer.from('!')]));
      return undefined;
    };
    const error = await rejection(upload(damaging, 'new', path, '0600'));
    expect(error.code).to.equal('upload-failed');
    expect(error.message).to.contain('digest differs');
    expect(readFileSync(path, 'utf8')).to.equal('old');
    expect(existsSync(`${path}.part`)).to.equal(false);
  });

  it('refuses a stream that was cut off', async () => {
    const cutting = new ShellTarget();
    cutting.answer = (_, options) => {
      options.input = (options.input as Uint8Array).subarray(0, 15);
      return undefined;
    };
    expect((await rejection(upload(cutting, 'some text', join(directory.path, 'file'), '0600'))).code).to.equal('upload-failed');
    expect(existsSync(join(directory.path, 'file'))).to.equal(false);
  });

  it('names a full disk', async () => {
    const full = new ShellTarget();
    full.answer = () => ({ exitCode: 1, stderr: 'gzip: stdout: No space left on device' });
    expect((await rejection(upload(full, 'x', '/x', '0600'))).code).to.equal('target-disk-full');
  });
});

describe('uploadFiles', () => {
  const directory = scratch();
  const into = (): string => join(directory.path, "a b/it's");

  it('brings many files over at once, below the directory, each with its mode', async () => {
    await uploadFiles(new ShellTarget(), into(), { one: { content: 'é\n', mode: 0o600 }, 'two/three': { content: '', mode: 0o555 } });
    expect(readFileSync(join(into(), 'one'), 'utf8')).to.equal('é\n');
    expect(statSync(join(into(), 'one')).mode & 0o777).to.equal(0o600);
    expect(statSync(join(into(), 'two/three')).mode & 0o777).to.equal(0o555);
    expect(readdirSync(into()).sort()).to.deep.equal(['one', 'two']);
  });

  it('unpacks nothing of what arrived otherwise than it was sent', async () => {
    const damaging = new ShellTarget();
    damaging.answer = (_, options) => {
      options.input = (options.input as Uint8Array).subarray(0, -20);
      return undefined;
    };
    const error = await rejection(uploadFiles(damaging, into(), { one: { content: 'text', mode: 0o600 } }));
    expect(error.code).to.equal('upload-failed');
    expect(error.message).to.contain('digest differs');
    expect(readdirSync(into())).to.deep.equal([]);
  });
});

describe('download', () => {
  const directory = scratch();
  let target: ShellTarget;
  let remote: string;
  beforeEach(() => {
    target = new ShellTarget();
    remote = join(directory.path, 'remote file');
    writeFileSync(remote, 'the whole evidence');
  });
  const arrivesAs = (stdout: string): void => {
    const digest = createHash('sha256').update('the whole evidence').digest('hex');
    target.answer = () => ({ stdout, stderr: `sudo: unable to resolve host\n${digest}  /remote\n18\n` });
  };

  it('brings a file over', async () => {
    await download(target, remote, join(directory.path, 'local'));
    expect(readFileSync(join(directory.path, 'local'), 'utf8')).to.equal('the whole evidence');
  });

  it('refuses a file that arrived cut short, with both sizes', async () => {
    arrivesAs('the whole');
    const error = await rejection(download(target, remote, join(directory.path, 'local')));
    expect(error).to.be.instanceOf(EvidenceError);
    expect(error.code).to.equal('download-incomplete');
    expect(error.message).to.contain('9 of 18 bytes');
  });

  it('refuses a file of the right length with other bytes', async () => {
    arrivesAs('the whole evidenc3');
    expect((await rejection(download(target, remote, join(directory.path, 'local')))).code).to.equal('download-incomplete');
  });

  it('says that there is no such file', async () => {
    const error = await rejection(download(target, `${remote}-not`, join(directory.path, 'local')));
    expect(error).to.be.instanceOf(TargetError);
    expect(error.code).to.equal('download-failed');
    expect(error.message).to.contain('No such file');
  });
});
