import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';

const program = fileURLToPath(new URL('../../../provisioners/agent/libexec/run-oscap', import.meta.url));

describe('run-oscap', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cupel-run-oscap-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  /** @param oscap a shell script in its place; each start of it is a line of the file `starts` */
  async function run(oscap: string, ...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    return runWith({}, oscap, ...args);
  }
  /** @param env in place of a pause of a twentieth of a second (five as a rule: it stalled when it uses no processor time for 1.2 s), and no limit */
  async function runWith(env: Record<string, string>, oscap: string, ...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/oscap'), `#!/bin/sh\necho $$ >>'${folder}/starts'\n${oscap}\n`, { mode: 0o755 });
    const { exitCode = NaN, stdout, stderr } = await execa(program, args, { env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, RUN_OSCAP_PAUSE: '0.05', ...env }, reject: false });
    return { exitCode, stdout, stderr };
  }
  const starts = (): string[] => readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n');
  /** Whether each process is gone, or dead and not yet waited for, or will be within five seconds: who sends a signal does not wait. */
  async function gone(pids: string[]): Promise<boolean> {
    const isGone = (pid: string): boolean => {
      try {
        return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return true;
      }
    };
    for (let times = 0; times < 50 && !pids.every(isGone); times++) await new Promise((resolve) => { setTimeout(resolve, 100); });
    return pids.every(isGone);
  }

  it('passes on arguments, output and exit code, and hides the package lists', async () => {
    const { exitCode, stdout, stderr } = await run('printf "[%s]" "$@"; cat "$APT_CONFIG"; echo warned >&2; exit 2', 'xccdf', 'two words', '');
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: 'warned' });
    expect(stdout).to.match(/^\[xccdf\]\[two words\]\[\]/).and.to.include('Dir::State::lists "/nonexistent/";').and.to.include('Dir::Cache::pkgcache "";').and.to.include('Dir::Cache::srcpkgcache "";');
  });

  it('says so when there is no oscap', async () => {
    mkdirSync(join(folder, 'bin'));
    for (const tool of ['setpriv', 'sleep', 'cat']) symlinkSync(`/usr/bin/${tool}`, join(folder, 'bin', tool));
    const { exitCode } = await execa(program, ['--version'], { env: { PATH: `${folder}/bin` }, reject: false });
    expect(exitCode).to.equal(127);
  });

  it('starts one that stalled again, and leaves nothing of it behind', async () => {
    // On a busy machine the second may wait for its turn for a while.
    const { exitCode, stderr } = await runWith({ RUN_OSCAP_PAUSE: '0.15' }, `if [ "$(wc -l <'${folder}/starts')" = 1 ]; then sleep 600 & echo $! >'${folder}/child'; wait; fi; exit 0`);
    expect(exitCode).to.equal(0);
    expect(stderr).to.match(/^run-oscap: oscap stalled \(attempt 1 of 3\)/);
    expect(starts()).to.have.length(2);
    expect(await gone([...starts(), readFileSync(join(folder, 'child'), 'utf8').trim()])).to.equal(true);
  });

  it('starts one that crashed again, three times at most', async () => {
    const again = await run(`[ "$(wc -l <'${folder}/starts')" = 1 ] && kill -SEGV $$; exit 2`);
    expect(again).to.include({ exitCode: 2, stderr: 'run-oscap: oscap crashed (attempt 1 of 3)' });
    rmSync(join(folder, 'bin'), { recursive: true });
    rmSync(join(folder, 'starts'));
    expect((await run('kill -SEGV $$')).exitCode).to.equal(139);
    expect(starts()).to.have.length(3);
  });

  it('gives up after three', async () => {
    const { exitCode } = await run('exec sleep 600');
    expect(exitCode).to.equal(124);
    expect(starts()).to.have.length(3);
    expect(await gone(starts())).to.equal(true);
  });

  it('stops one that is at work for too long, with all it started, and does not start it again', async () => {
    const { exitCode, stderr } = await runWith({ RUN_OSCAP_LIMIT: '2' }, `sh -c 'while :; do :; done' & echo $! >>'${folder}/starts'\nwhile :; do :; done`);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 124, stderr: 'run-oscap: oscap was still at work after 2 s and was stopped' });
    expect(starts()).to.have.length(2);
    expect(await gone(starts())).to.equal(true);
  });

  it('counts all attempts together', async () => {
    const { exitCode, stderr } = await runWith({ RUN_OSCAP_LIMIT: '3', RUN_OSCAP_PAUSE: '0.08' }, 'exec sleep 600');
    expect(exitCode).to.equal(124);
    expect(stderr).to.match(/^run-oscap: oscap stalled \(attempt 1 of 3\)[^]*oscap was still at work after 3 s and was stopped$/);
    expect(await gone(starts())).to.equal(true);
  });

  it('takes no limit that is no number of seconds, which oscap would be let run without', async () => {
    for (const limit of ['soon', '0', '-1', '1.5', '007']) {
      const { exitCode, stderr } = await execa(program, ['--version'], { env: { RUN_OSCAP_LIMIT: limit }, reject: false });
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 64, stderr: `run-oscap: RUN_OSCAP_LIMIT is a number of seconds, not "${limit}"` });
    }
  });

  it('lets one work that waits for a child at work', async () => {
    const { exitCode, stderr } = await run('timeout 3 sh -c "while :; do :; done"; exit 0');
    expect({ exitCode, stderr, starts: starts().length }).to.deep.equal({ exitCode: 0, stderr: '', starts: 1 });
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`takes oscap with it when it gets ${signal}`, async () => {
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/oscap'), `#!/bin/sh\necho $$ >>'${folder}/starts'\necho up\nwhile :; do :; done\n`, { mode: 0o755 });
      const running = execa(program, [], { env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}` }, reject: false });
      running.stdout.once('data', () => { running.kill(signal); });
      await running;
      expect(await gone(starts())).to.equal(true);
    });
  }
});
