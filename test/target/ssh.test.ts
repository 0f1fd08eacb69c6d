import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { EvidenceError, TargetError } from '../../src/errors.ts';
import { runJob, type SshOptions, SshTarget } from '../../src/target/index.ts';
import { rejection, scratch } from './scratch.ts';
import { programs } from './shell-target.ts';

describe('SshTarget', () => {
  const directory = scratch();
  const before = { ...process.env };
  let state: string;
  let temporary: string;
  let target: SshTarget | undefined;
  const options: SshOptions = { host: '192.0.2.1', port: 22, user: 'root', key: undefined, reconnectSeconds: 5 };
  const connect = async (more: Partial<SshOptions> = {}, seconds = 5): Promise<SshTarget> => (target = await SshTarget.connect({ ...options, ...more }, temporary, seconds));
  const read = (file: string): string => readFileSync(join(state, file), 'utf8');
  const masters = (): string[] => read('masters').trim().split('\n');
  const alive = (): string[] => masters().filter((pid) => { try { return process.kill(Number(pid), 0); } catch { return false; } });

  beforeEach(() => {
    state = join(directory.path, 'state');
    temporary = join(directory.path, 'a temporary directory');
    mkdirSync(state);
    mkdirSync(temporary);
    Object.assign(process.env, { FAKE_SSH: state, PATH: `${programs}:${before['PATH'] ?? ''}` });
  });
  afterEach(async () => {
    await target?.close();
    target = undefined;
    process.env['PATH'] = before['PATH'];
    delete process.env['FAKE_SSH'];
  });

  it('runs scripts with arguments, input and exit code, as root or through sudo', async () => {
    for (const user of ['root', 'debian']) {
      const machine = await connect({ user });
      const result = await machine.run('printf "%s|" "$@"; cat; echo no >&2; exit 9', { args: ['a b', "it's", ''], input: 'given' });
      expect(result).to.deep.equal({ exitCode: 9, stdout: "a b|it's||given", stderr: 'no\n' });
      await machine.close();
    }
  });

  it('makes one connection for all commands', async () => {
    const machine = await connect();
    await Promise.all([machine.run('true'), machine.run('true'), machine.run('true')]);
    expect(masters()).to.have.length(1);
  });

  it('streams input and writes output to a file', async () => {
    const machine = await connect();
    const file = join(directory.path, 'out');
    await machine.run('tr a-z A-Z', { input: Readable.from(['some ', 'text']), outputFile: file });
    expect(readFileSync(file, 'utf8')).to.equal('SOME TEXT');
  });

  it('runs a command again after a dropped connection', async () => {
    const machine = await connect();
    writeFileSync(join(state, 'drops'), '1\n1\n');
    expect((await machine.run('echo done')).stdout).to.equal('done\n');
    expect(masters()).to.have.length(3);
  });

  it('does not run a command again for ever: ssh says 255 of a killed one too', async () => {
    const machine = await connect();
    writeFileSync(join(state, 'drops'), '1\n'.repeat(50));
    expect((await rejection(machine.run('true'))).code).to.equal('target-unreachable');
    expect(read('drops').length).to.be.greaterThan(60);
  });

  it('does not send a stream again of which half is gone', async () => {
    const machine = await connect();
    writeFileSync(join(state, 'drops'), '1\n');
    expect((await rejection(machine.run('cat', { input: Readable.from(['x']) }))).code).to.equal('target-unreachable');
  });

  it('makes one new connection for commands that lost theirs together', async () => {
    const machine = await connect();
    process.kill(Number(masters()[0]), 'SIGTERM');
    await Promise.all([machine.reconnect(5), machine.reconnect(5), machine.run('true')]);
    await Promise.all([machine.run('true'), machine.run('true')]);
    expect(alive()).to.have.length(1);
    await machine.close();
    expect(alive()).to.have.length(0);
  });

  it('carries a job over a killed connection', async () => {
    const machine = await connect();
    const lines: string[] = [];
    const result = await runJob(machine, join(directory.path, 'work'), 'cupel-1', {
      name: 'job', script: 'for i in 1 2 3 4; do echo $i; sleep 0.3; done; exit 6', timeoutSeconds: 30,
      onLine: (line) => {
        lines.push(line);
        if (line === '2') {
          appendFileSync(join(state, 'drops'), '1\n');
          process.kill(Number(masters().at(-1)), 'SIGTERM');
        }
      },
    });
    expect(lines).to.deep.equal(['1', '2', '3', '4']);
    expect(result.exitCode).to.equal(6);
  });

  it('gives up at once on a refused login, and leaves nothing behind', async () => {
    writeFileSync(join(state, 'refuse'), 'root@192.0.2.1: Permission denied (publickey).\n');
    expect((await rejection(connect({}, 600))).code).to.equal('target-login');
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('keeps trying a machine that is not up yet', async () => {
    writeFileSync(join(state, 'refuse'), 'ssh: connect to host 192.0.2.1 port 22: Connection refused\n');
    setTimeout(() => { rmSync(join(state, 'refuse')); }, 300);
    await connect({}, 30);
  });

  it('gives up on an unreachable machine when the time is up', async () => {
    writeFileSync(join(state, 'refuse'), 'ssh: connect to host 192.0.2.1 port 22: Connection refused\n');
    const error = await rejection(connect({}, 1));
    expect(error.code).to.equal('target-unreachable');
    expect(error.message).to.contain('root@192.0.2.1:22').and.contain('Connection refused');
  });

  it('says so when there is no ssh', async () => {
    process.env['PATH'] = directory.path;
    expect((await rejection(connect({}, 600))).code).to.equal('ssh-missing');
  });

  it('needs root without a password', async () => {
    writeFileSync(join(state, 'no-root'), '');
    const error = await rejection(connect({ user: 'debian' }));
    expect(error.code).to.equal('target-sudo');
    expect(error.message).to.contain('a password is required');
    expect(alive()).to.have.length(0);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('ends a command that takes too long', async () => {
    const machine = await connect();
    expect((await rejection(machine.run('exec sleep 20', { timeoutSeconds: 0.2 }))).code).to.equal('target-timeout');
  });

  it('names a file of this host that cannot be written', async () => {
    const machine = await connect();
    const error = await rejection(machine.run('echo x', { outputFile: join(directory.path, 'none', 'file') }));
    expect(error).to.be.instanceOf(EvidenceError);
    expect(error.code).to.equal('download-unwritable');
  });

  it('probes with a login of its own', async () => {
    const machine = await connect();
    expect((await machine.probe('exit 0', [], 5)).ok).to.equal(true);
    expect((await machine.probe('echo why >&2; exit 3', [], 5))).to.deep.equal({ ok: false, detail: 'why' });
    writeFileSync(join(state, 'refuse'), 'Permission denied (publickey).\n');
    expect((await machine.probe('exit 0', [], 5)).ok).to.equal(false);
    expect((await machine.run('exit 0')).exitCode).to.equal(0);
  });

  it('gives a probe up after its time', async () => {
    const machine = await connect();
    expect(await machine.probe('exec sleep 20', [], 0.2)).to.deep.equal({ ok: false, detail: 'no answer within 0.2 s' });
  });

  it('makes no connection once it is closed', async () => {
    const machine = await connect();
    await machine.close();
    const error = await rejection(machine.run('true'));
    expect(error).to.be.instanceOf(TargetError);
    expect(error.code).to.equal('target-closed');
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('can be closed while it is trying to connect anew', async () => {
    const machine = await connect();
    writeFileSync(join(state, 'refuse'), 'ssh: connect to host 192.0.2.1 port 22: Connection refused\n');
    const failing = rejection(machine.reconnect(600));
    await machine.close();
    expect((await failing).code).to.be.oneOf(['target-closed', 'target-unreachable']);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  describe('with the text of a key', () => {
    const generate = (passphrase: string): string => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', join(directory.path, 'key')]);
      return readFileSync(join(directory.path, 'key'), 'utf8');
    };

    it('holds it in an agent, and nowhere on disk or in arguments', async () => {
      const text = generate('');
      await connect({ key: { text: text.trimEnd() } });
      const private_ = readdirSync(temporary)[0] ?? '';
      const agent = join(temporary, private_, 'agent');
      const listed = execFileSync('ssh-add', ['-L'], { encoding: 'utf8', env: { ...process.env, SSH_AUTH_SOCK: agent } });
      expect(listed.split(' ')[1]).to.equal(readFileSync(join(directory.path, 'key.pub'), 'utf8').split(' ')[1]);
      expect(read('log')).to.not.contain('PRIVATE').and.not.contain(text.split('\n')[2] ?? 'none');
      expect(readdirSync(join(temporary, private_)).sort()).to.deep.equal(['agent', 'c']);
    });

    it('refuses one with a passphrase without asking for it', async () => {
      expect((await rejection(connect({ key: { text: generate('secret') } }))).code).to.equal('target-key');
      expect(readdirSync(temporary)).to.deep.equal([]);
    });

    it('refuses what is no key', async () => {
      expect((await rejection(connect({ key: { text: '-----BEGIN OPENSSH PRIVATE KEY-----\nrubbish\n' } }))).code).to.equal('target-key');
    });
  });
});
