import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { nodePlatform } from '../../../src/agent/platform/node.ts';
import { calls } from './calls.ts';

const repository = join(import.meta.dirname, '../../..');

describe('the platform of the agent', () => {
  let directory: string;
  let program: string;
  let onNode: Record<string, unknown>;
  let onQuickJs: Record<string, unknown>;
  const folder = (name: string): string => {
    mkdirSync(join(directory, name), { recursive: true });
    return join(directory, name);
  };

  before(async function () {
    this.timeout(600_000);
    directory = mkdtempSync(join(tmpdir(), 'cupel-platform-'));
    program = join(directory, 'calls');
    await execa(join(repository, 'scripts/build-agent.sh'), ['--program', 'test/agent/platform/on-quickjs.ts', program]);
    const environment = { PATH: process.env['PATH'], CUPEL_INHERITED: 'inherited' };
    const print = (): void => undefined;
    onNode = JSON.parse(JSON.stringify(calls(nodePlatform([], environment, { out: print, error: print }), folder('node')))) as typeof onNode;
    const { stdout } = await execa(program, [folder('quickjs')], { env: environment, extendEnv: false });
    onQuickJs = JSON.parse(stdout) as typeof onQuickJs;
  });
  after(() => { rmSync(directory, { recursive: true, force: true }); });

  it('is the same under QuickJS, where it ships, and under Node, where it is tested', () => {
    expect(onQuickJs).to.deep.equal(onNode);
  });

  it('says what the system refuses, by its name', () => {
    expect(onQuickJs).to.include({
      createdTwice: 'EEXIST: : cannot write (EEXIST)', createdNowhere: 'ENOENT: : cannot write (ENOENT)',
      readTooLong: 'EFBIG: : cannot read (EFBIG)', readMissing: 'ENOENT: : cannot read (ENOENT)', readOfKernelTooLong: 'EFBIG: : cannot read (EFBIG)',
      readNul: 'EILSEQ: : cannot read (EILSEQ)', readLatin1: 'EILSEQ: : cannot read (EILSEQ)', readHalfCharacter: 'EILSEQ: : cannot read (EILSEQ)', readSurrogate: 'EILSEQ: : cannot read (EILSEQ)',
      listedFile: 'ENOTDIR: : cannot list (ENOTDIR)', modeMissing: 'ENOENT: : cannot change the mode (ENOENT)',
    });
    expect(onQuickJs).to.include({ read: 'é𝒳\n', readEmpty: '', readOfKernel: true, readLarge: 300_000, locked: true });
    expect(onQuickJs['output']).to.deep.equal({ exitCode: 3, stdout: 'é', stderr: 'wrong' });
    expect(onQuickJs['environment']).to.deep.include({ stdout: 'a=b\nc-inherited' });
    expect([onQuickJs['signal'], onQuickJs['noProgram'], onQuickJs['notExecutable']].map((ran) => (ran as { exitCode: number }).exitCode)).to.deep.equal([137, 127, 126]);
  });

  it('says what went wrong when a program throws, and exits with 1', async () => {
    const entry = join(directory, 'throws.ts');
    for (const [source, says] of [['function inner() { throw new TypeError("on purpose"); }\ninner();', 'TypeError: on purpose\n'], ['throw "a word";', 'a word\n'], ['null.x;', 'TypeError: ']] as const) {
      writeFileSync(entry, source);
      await execa(join(repository, 'scripts/build-agent.sh'), ['--program', entry, program]);
      const { exitCode, stdout, stderr } = await execa(program, { reject: false, stripFinalNewline: false });
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: '' });
      expect(stderr.startsWith(says), stderr).to.equal(true);
    }
  }).timeout(600_000);
});
