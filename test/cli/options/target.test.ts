import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import yargs from 'yargs';
import type { Io } from '../../../src/cli/io.ts';
import { connectAnyTarget, connectTarget, requireSeconds, targetOptions, type TargetArguments } from '../../../src/cli/options/target.ts';
import { rejection, scratch } from '../../target/scratch.ts';
import { programs } from '../../target/shell-target.ts';

describe('the options of a target', () => {
  const directory = scratch();
  const before = { ...process.env };
  let stdin: string;
  const io = (): Io => ({ out: () => undefined, note: () => undefined, readStdin: () => Promise.resolve(stdin), env: {}, isTty: false });
  const parse = async (words: string[]): Promise<TargetArguments> => await targetOptions(yargs(words).exitProcess(false).fail(false)).parseAsync();
  const refused = async (...words: string[]): ReturnType<typeof rejection> => rejection(connectTarget(await parse(words), io()));
  const host = ['--host', '192.0.2.1', '--connect-timeout', '1'];
  beforeEach(() => {
    stdin = '';
    mkdirSync(join(directory.path, 'state'));
    Object.assign(process.env, { FAKE_SSH: join(directory.path, 'state'), PATH: `${programs}:${before['PATH'] ?? ''}` });
  });
  afterEach(() => {
    process.env['PATH'] = before['PATH'];
    delete process.env['FAKE_SSH'];
  });

  it('need a host, and take an empty one for none', async () => {
    expect((await refused()).code).to.equal('target-missing');
    expect((await refused('--host', '')).code).to.equal('target-missing');
  });

  it('refuse a key on the command line, without repeating it', async () => {
    const error = await refused(...host, '--key=-----BEGIN OPENSSH PRIVATE KEY-----c2VjcmV0');
    expect(error.code).to.equal('key-in-argv');
    expect(error.exitCode).to.equal(64);
    expect(`${error.message} ${error.remedy ?? ''}`).to.not.contain('c2VjcmV0');
  });

  it('refuse standard input without a key, as Packer leaves it with a key file of one\'s own', async () => {
    for (stdin of ['', '\n', 'ssh-ed25519 AAAA public', '-----BEGIN PUBLIC KEY-----']) {
      const error = await refused(...host, '--key', '-');
      expect(error.code).to.equal('key-stdin');
      expect(error.remedy).to.contain('--key-file');
    }
  });

  it('refuse two keys', async () => {
    expect((await refused(...host, '--key', '-', '--key-file', '/k')).code).to.equal('key-two');
  });

  it('refuse a key file that cannot be read', async () => {
    const error = await refused(...host, '--key-file', join(directory.path, 'none'));
    expect(error.code).to.equal('key-file');
    expect(error.remedy).to.not.equal(undefined);
    expect((await refused(...host, '--key-file', directory.path)).code).to.equal('key-file');
  });

  for (const option of ['ConnectTimeout', '-oProxyCommand=x', '=x', 'Key=']) {
    it(`refuse "${option}" as an ssh option`, async () => {
      expect((await refused(...host, `--ssh-option=${option}`)).code).to.equal('ssh-option');
    });
  }

  for (const port of ['ssh', '0', '65536', '22.5', '-1']) {
    it(`refuse "${port}" as a port`, async () => {
      expect((await refused(...host, `--port=${port}`)).code).to.equal('port');
    });
  }

  for (const seconds of ['soon', '0', '-5', '1e9']) {
    it(`refuse "${seconds}" as a time to wait, instead of waiting for ever`, async () => {
      expect((await refused('--host', 'h', `--connect-timeout=${seconds}`)).code).to.equal('seconds');
      expect((await refused(...host, `--reconnect-timeout=${seconds}`)).code).to.equal('seconds');
      expect(() => { requireSeconds('reboot-timeout', Number(seconds)); }).to.throw('--reboot-timeout is not a time');
    });
  }

  it('reach ssh, the user\'s own first', async () => {
    writeFileSync(join(directory.path, 'key'), 'x');
    const target = await connectTarget(await parse([...host, '--port', '2222', '--key-file', join(directory.path, 'key'), '--proxy-jump', 'jump', '--ssh-option', 'Compression=yes', '--ssh-option', 'IPQoS none']), io());
    await target.close();
    const [first = ''] = readFileSync(join(directory.path, 'state', 'log'), 'utf8').split('\n');
    expect(first).to.match(/^-F none -o Compression=yes -o IPQoS none -o BatchMode=yes /).and.match(/ -J jump -p 2222 -l root -T -N -- 192\.0\.2\.1$/);
    expect(target.name).to.equal('root@192.0.2.1:2222');
  });

  it('take this machine or another one, never both', async () => {
    const error = await rejection(connectAnyTarget({ ...await parse(host), local: true }, io()));
    expect(error.code).to.equal('target-two');
    expect(error.remedy).to.not.equal(undefined);
  });
});
