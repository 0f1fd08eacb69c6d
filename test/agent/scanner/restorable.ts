import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SmallMachine } from './machine.ts';

/** A file as a rollback point has it: path without the first slash, when it last changed, mode. */
export type Seen = Readonly<Record<string, { changed: number; mode?: string }>>;

/**
 * A machine whose rollback points say what they are told, and whose programs only write down that they were called.
 * Paths in them lie below its own folder: what is put back is put back there.
 */
export class RestorableMachine extends SmallMachine {
  constructor(root: string) {
    super(root);
    for (const folder of ['records', 'fails']) mkdirSync(path.join(root, folder));
    this.program(`${this.places.programs}/libexec/rollback-point`, `[ ! -e '${root}/fails/'"$2" ] || { echo "$2: No space left on device" >&2; exit 1; }\nmkdir -p "$1/$2"; cp -r '${root}/records/'"$2"/. "$1/$2" 2>/dev/null || :`);
    this.program(`${this.places.programs}/libexec/logins`, 'exit 0');
    copyFileSync(new URL('../../../provisioners/harden/runner.sh', import.meta.url), `${this.places.programs}/libexec/harden-runner`);
    for (const name of ['systemctl', 'sysctl', 'mount', 'nft', 'apt-get', 'sshd']) this.fake(name);
    this.finds({ a: 'pass', b: 'fail' });
  }

  program(file: string, script: string): void {
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** A program that writes down its arguments, and fails when it is told to. */
  fake(name: string, script = ''): void {
    this.program(`${this.root}/bin/${name}`, `echo "${name} $*" >>'${this.root}/calls'\n[ ! -e '${this.root}/fails/${name}' ] || { echo "${name}: No space left on device" >&2; exit 1; }\n${script}`);
  }

  fails(name: string, yes = true): void {
    if (yes) writeFileSync(path.join(this.root, 'fails', name), '');
    else rmSync(path.join(this.root, 'fails', name));
  }

  record(when: string, files: Seen, more: Readonly<Record<string, string>> = {}): void {
    const folder = path.join(this.root, 'records', when);
    mkdirSync(folder, { recursive: true });
    const lines = Object.entries(files).map(([file, { changed, mode }]) => `f\t${mode ?? '644'}\t0\t0\t${changed}\t${file}\0`);
    for (const [name, text] of Object.entries({ files: lines.join(''), ...more })) writeFileSync(path.join(folder, name), text);
  }

  /** Without what is not of this distribution: programs are found below the machine's folder alone. */
  without(...names: string[]): void {
    for (const name of names) rmSync(`${this.root}/bin/${name}`, { force: true });
    for (const name of readdirSync('/usr/bin')) if (!names.includes(name) && !existsSync(`${this.root}/bin/${name}`)) symlinkSync(`/usr/bin/${name}`, `${this.root}/bin/${name}`);
    this.tamper = (platform) => ({ ...platform, run: (argv, options) => platform.run(argv, { ...options, env: { ...options?.env, PATH: `${this.root}/bin` } }) });
  }

  /** The rollback points. */
  get names(): string[] {
    return readdirSync(this.state('rollback')).sort();
  }

  /** A rollback point of an agent that gave them no number. */
  old(name: string): void {
    mkdirSync(this.state(`rollback/${name}/before`), { recursive: true });
    mkdirSync(this.state(`rollback/${name}/after`));
    writeFileSync(this.state(`rollback/${name}/rules`), 'b\n');
  }

  get calls(): string[] {
    return existsSync(`${this.root}/calls`) ? readFileSync(`${this.root}/calls`, 'utf8').trim().split('\n') : [];
  }
}
