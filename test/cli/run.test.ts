import { expect } from 'chai';
import { ExitCode, TargetError } from '../../src/errors.ts';
import type { CommandEntry } from '../../src/cli/command.ts';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { cupel } from './cupel.ts';

let loaded: string[] = [];
function entry(name: string, handler: () => Promise<ExitCode>): CommandEntry {
  return {
    name, describe: `does ${name}`,
    load: () => {
      loaded.push(name);
      return Promise.resolve({ command: name, describe: `does ${name}`, options: (yargs) => yargs.option('host', { type: 'string', demandOption: true, requiresArg: true }).option('colour', { choices: ['red', 'green'] }), handler });
    },
  };
}
const entries = [
  entry('fine', () => Promise.resolve(ExitCode.ok)),
  entry('refuses', () => Promise.resolve(ExitCode.refused)),
  entry('breaks', () => Promise.reject(new TargetError('unreachable', 'host is unreachable', { remedy: 'look at it', cause: new Error('ECONNREFUSED') }))),
  entry('crashes', () => Promise.reject(new Error('boom'))),
];

async function ran(...args: string[]): Promise<{ code: ExitCode; out: string; note: string }> {
  loaded = [];
  let out = '';
  let note = '';
  const io: Io = { out: (text) => { out += text; }, note: (text) => { note += text; }, readStdin: () => Promise.resolve(''), env: {}, isTty: false };
  return { code: await run(args, io, entries), out, note };
}

describe('the command line', () => {
  it('gives the exit code of the command', async () => {
    expect(await ran('fine', '--host', 'x')).to.deep.equal({ code: 0, out: '', note: '' });
    expect((await ran('refuses', '--host', 'x')).code).to.equal(2);
  });

  it('loads only the command that is called', async () => {
    await ran('--verbose', 'fine', '--host', 'x');
    expect(loaded).to.deep.equal(['fine']);
    await ran('--help');
    expect(loaded).to.deep.equal([]);
  });

  it('turns an error into its exit code and says what to do', async () => {
    expect(await ran('breaks', '--host', 'x')).to.deep.equal({ code: 4, out: '', note: 'cupel: host is unreachable [unreachable]\n  remedy: look at it' });
    expect((await ran('breaks', '--host', 'x', '--verbose')).note).to.contain('cause: Error: ECONNREFUSED');
  });

  it('calls an unforeseen error internal', async () => {
    const { code, note } = await ran('crashes', '--host', 'x');
    expect(code).to.equal(1);
    expect(note).to.contain('internal error: Error: boom');
  });

  for (const args of [[], ['--verbose'], ['frob'], ['fin'], ['fine'], ['fine', '--host', 'x', '--bogus'], ['fine', '--host', 'x', 'surplus'], ['fine', '--host', 'x', '--host', 'y'], ['fine', '--host']]) {
    it(`calls "cupel ${args.join(' ')}" a usage error`, async () => {
      const { code, out, note } = await ran(...args);
      expect(code).to.equal(64);
      expect(out).to.equal('');
      expect(note).to.match(/^cupel: .+\[(usage|unknown-command)\]\n {2}remedy: /);
    });
  }

  it('says in one line all that yargs has to say of a wrong value: which option, what was given, what may be', async () => {
    expect(await ran('fine', '--host', 'x', '--colour', 'pink')).to.include({ code: 64, note: 'cupel: Invalid values: Argument: colour, Given: "pink", Choices: "red", "green" [usage]\n  remedy: see cupel fine --help' });
  });

  it('shows help and version on standard output', async () => {
    expect((await ran('--help')).out).to.contain('cupel refuses').and.to.contain('does breaks');
    expect((await ran('fine', '--help')).out).to.contain('--host');
    expect(await ran('--version')).to.include({ code: 0, out: '0.1.0' });
  });

  it('does so as a process, too', () => {
    expect(cupel('frob')).to.include({ status: 64, stdout: '' });
    expect(cupel()).to.deep.equal({ status: 64, stdout: '', stderr: 'cupel: name a command [usage]\n  remedy: see cupel --help\n' });
    expect(cupel('--version')).to.deep.equal({ status: 0, stdout: '0.1.0\n', stderr: '' });
    expect(cupel('--help').status).to.equal(0);
  });
});
