import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { EvidenceError, TargetError } from '../../src/errors.ts';
import { evidenceFrom, type Job, runJob, spaceOr } from '../../src/target/index.ts';
import { rejection, scratch } from './scratch.ts';
import { ShellTarget } from './shell-target.ts';

describe('runJob', () => {
  const directory = scratch();
  let target: ShellTarget;
  let lines: string[];
  const run = (script: string, more: Partial<Job> = {}): ReturnType<typeof runJob> =>
    runJob(target, directory.path, 'cupel-1', { name: 'work', script, timeoutSeconds: 30, onLine: (line) => lines.push(line), ...more });
  beforeEach(() => {
    target = new ShellTarget();
    lines = [];
  });

  it('hands over each line, the exit code and the end of stderr', async () => {
    const result = await run('echo "$1"; echo "$2"; echo why >&2; exit 7', { args: ['one two', "it's"] });
    expect(lines).to.deep.equal(['one two', "it's"]);
    expect(result).to.include({ exitCode: 7, stderr: 'why\n' });
  });

  it('keeps only the last 8 kB of stderr', async () => {
    const result = await run('head -c 20000 /dev/zero | tr "\\0" x >&2');
    expect(result.stderr).to.have.length(8192);
  });

  it('tells every line exactly once however often the connection is cut', async () => {
    target.cuts = [1, 2, 3, 5, 8, 13, 1, 40];
    await run('for i in $(seq 1 30); do echo "line $i of a long job"; done; sleep 0.3; echo "the end, é"');
    expect(lines).to.deep.equal([...Array.from({ length: 30 }, (_, at) => `line ${at + 1} of a long job`), 'the end, é']);
    expect(target.reconnects).to.be.within(1, 8);
  });

  it('tells how long the job itself took', async () => {
    const { seconds } = await run('sleep 0.2');
    expect(seconds).to.be.within(0.15, 20);
  });

  it('does not hand over a last line without its end', async () => {
    const result = await run('printf "whole\\npartial"; printf "a\\nb" >&2');
    expect(lines).to.deep.equal(['whole']);
    expect(result).to.include({ exitCode: 0, stderr: 'a\nb' });
  });

  it('begins a job once, also when the answer to its start is lost', async () => {
    let lost = true;
    const told = target.run.bind(target);
    target.run = async (script, options) => {
      const result = await told(script, options);
      // As SshTarget does after a dropped connection.
      if (lost && script.includes('systemd-run')) {
        lost = false;
        return target.run(script, options);
      }
      return result;
    };
    await run('echo begun');
    expect(lines).to.deep.equal(['begun']);
  });

  it('does not take what an earlier run left for this one', async () => {
    const left = `${directory.path}/jobs/cupel-0-work`;
    mkdirSync(left, { recursive: true });
    for (const [file, text] of [['pid', '1\n'], ['exit', '0\n'], ['out', 'old\n\u001e0\n']] as const) writeFileSync(`${left}/${file}`, text);
    await run('echo new');
    expect(lines).to.deep.equal(['new']);
  });

  it('goes on when only the reader dies', async () => {
    const stream = target.stream.bind(target);
    let first = true;
    target.stream = async (script, ...rest) => {
      if (!first) return stream(script, ...rest);
      first = false;
      return stream('exit 1', ...rest);
    };
    const result = await run('sleep 0.3; echo still here; exit 3');
    expect(lines).to.deep.equal(['still here']);
    expect(result.exitCode).to.equal(3);
  });

  it('names a job that was killed', async () => {
    const error = await rejection(run('kill -9 $PPID; echo last'));
    expect(error).to.be.instanceOf(TargetError);
    expect(error.code).to.equal('job-lost');
    expect(error.message).to.contain('builder@test:22').and.contain('work');
  });

  it('waits for root to come back, as a rolled back step gives it back', async () => {
    let refusals = 1;
    target.answer = (script) => (script.includes('echo lost') && refusals-- > 0 ? { exitCode: 1, stderr: 'sudo: a password is required' } : undefined);
    expect((await run('exit 4')).exitCode).to.equal(4);
  });

  it('comes back after a login that was refused for a while', async () => {
    target.cuts = [3];
    target.onReconnect = () => {
      if (target.reconnects === 1) throw new TargetError('target-login', 'refused the login');
    };
    await run('echo before; sleep 0.2; echo after');
    expect(lines).to.deep.equal(['before', 'after']);
    expect(target.reconnects).to.equal(2);
  });

  it('does not come back to a machine with another host key', async () => {
    target.cuts = [3];
    target.onReconnect = () => { throw new TargetError('target-host-key', 'another key'); };
    expect((await rejection(run('echo before; sleep 0.2'))).code).to.equal('target-host-key');
    expect(target.reconnects).to.equal(1);
  });

  it('says why a job could not be started', async () => {
    target.env = { FAKE_REFUSAL: 'Failed to connect to bus' };
    const error = await rejection(run('true'));
    expect(error.code).to.equal('job-start');
    expect(error.message).to.contain('Failed to connect to bus');
  });

  it('names a full disk', async () => {
    target.env = { FAKE_REFUSAL: 'write error: No space left on device' };
    expect((await rejection(run('true'))).code).to.equal('target-disk-full');
    target.answer = (script) => (script.includes('systemd-run') ? { exitCode: 1, stderr: 'cat: write error: Disk quota exceeded' } : undefined);
    expect((await rejection(run('true'))).code).to.equal('target-disk-full');
  });

  it('looks for a full disk behind whatever a failed job said', async () => {
    target.answer = (script) => (script.startsWith('dir=$1; head -c') ? { stderr: 'head: error writing standard output: No space left on device' } : undefined);
    for (const script of ['exit 1', 'echo "no such file" >&2; exit 74', 'kill -9 $PPID; echo last']) {
      expect((await rejection(run(script, { name: `work-${script.length}` }))).code, script).to.equal('target-disk-full');
    }
  });

  it('takes an exit code that is an answer for one, whatever the disk', async () => {
    target.answer = (script) => (script.startsWith('dir=$1; head -c') ? { stderr: 'No space left on device' } : undefined);
    expect((await run('exit 2', { answers: [2] })).exitCode).to.equal(2);
  });

  it('fails with what its listener throws', async () => {
    const error = await rejection(run('echo a; echo b', { onLine: () => { throw new RangeError('no such step'); } }));
    expect(error).to.be.instanceOf(RangeError);
  });
});

describe('spaceOr', () => {
  it('keeps the code of what is no full disk', () => {
    expect(spaceOr('job-start', 'm: no', 'Read-only file system\n')).to.include({ code: 'job-start', message: 'm: no: Read-only file system' });
  });
});

describe('evidenceFrom', () => {
  it('tells the exit code and the last words', () => {
    const error = evidenceFrom('oscap-failed', 'm: no', { exitCode: 1, stderr: 'a\nb\nc\nd\n' });
    expect(error).to.be.instanceOf(EvidenceError);
    expect(error.message).to.equal('m: no (exit 1): b; c; d');
  });
});
