import { expect } from 'chai';
import yargs, { type Argv } from 'yargs';
import type { CupelCommand } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import type { Io } from '../../../src/cli/io.ts';
import { plainNumber } from '../../../src/cli/options/number.ts';
import { run } from '../../../src/cli/run.ts';
import { UsageError } from '../../../src/errors.ts';

/** What is no number, though yargs (or JavaScript) makes one of it. */
const mistyped = ['', ' ', 'abc', '98%', '1e999', '1e3', '0x10', '0b1', 'Infinity', 'NaN', '.5', '5.', '1.2.3', '+1', '1,5', '1_000', '9'.repeat(400)];

async function cupel(...args: string[]): Promise<{ exit: number; out: string; note: string }> {
  let [out, note] = ['', ''];
  const io: Io = { out: (text) => { out += text; }, note: (text) => { note += text; }, readStdin: () => Promise.resolve(''), env: {}, isTty: false };
  return { exit: await run(args, io), out, note };
}

/** Every option of every command that is declared as a number, with the words that lead to its command and stand in for what it needs besides. */
async function numericOptions(): Promise<{ words: string[]; needed: string[]; option: string }[]> {
  const found: { words: string[]; needed: string[]; option: string }[] = [];
  const walk = (command: CupelCommand, before: string[]): void => {
    const words = [...before, command.command.split(' ')[0] ?? ''];
    const declared = (command.options?.(yargs()) ?? yargs()) as Argv & { getOptions: () => { number: string[] } };
    for (const option of declared.getOptions().number) found.push({ words, needed: (command.command.match(/</g) ?? []).map(() => 'x'), option });
    for (const sub of command.subcommands ?? []) walk(sub, words);
  };
  for (const entry of commands) walk(await entry.load(), []);
  return found;
}

describe('an option that is a number', () => {
  it('is taken in plain digits', () => {
    expect(['0', '30', '0.98', '1', '-1', '007'].map((typed) => plainNumber('rate', typed))).to.deep.equal([0, 30, 0.98, 1, -1, 7]);
  });

  for (const typed of mistyped) {
    it(`is not "${typed.slice(0, 20)}", which is said as it was typed`, () => {
      expect(() => plainNumber('rate', typed)).to.throw(UsageError, `--rate "${typed}" is not a number`).with.property('code', 'number');
    });
  }

  it('must be one wherever there is one, and an unset variable never stands for zero', async () => {
    const options = await numericOptions();
    expect(options.map(({ words, option }) => `${words.join(' ')} --${option}`)).to.include.members([
      'verify --min-pass-rate', 'verify --max-age', 'fetch --min-pass-rate', 'fetch --max-age', 'publish aws --min-pass-rate', 'publish aws --keep-days', 'publish gcp --keep', 'images --wait', 'provision --reboot-timeout',
    ]);
    for (const { words, needed, option } of options) {
      for (const [given, remedy] of [['', 'set the variable that it comes from, or leave the option out'], ['1e999', 'write it in plain digits, such as 30 or 0.98']] as const) {
        const told = { exit: 64, out: '', note: `cupel: --${option} "${given}" is not a number [number]\n  remedy: ${remedy}` };
        expect(await cupel(...words, ...needed, `--${option}=${given}`)).to.deep.equal(told);
        expect(await cupel(...words, ...needed, `--${option}`, given)).to.deep.equal(told);
      }
    }
  });

  it('is still shown as one, with its default', async () => {
    expect((await cupel('verify', '--help')).out).to.match(/--port .*\[number\] \[default: 22\]/).and.match(/--min-pass-rate .*\[number\]/);
  });

  it('is given once', async () => {
    expect((await cupel('verify', 'x', '--max-age', '1', '--max-age', '2')).note).to.contain('--max-age is given twice');
  });
});
