import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { scratch } from '../target/scratch.ts';

const runner = join(import.meta.dirname, '../../provisioners/harden/runner.sh');

/** Only steps that stay in their directory: what is guarded touches the machine, and is tried on real ones. */
describe('runner.sh', () => {
  const directory = scratch();
  const run = (steps: { kind?: string; script: string; seconds?: number }[], values = '', path = ''): { code: number | null; events: string[][]; stderr: string } => {
    mkdirSync(join(directory.path, 'steps'));
    writeFileSync(join(directory.path, 'plan'), steps.map((step, at) => `${at + 1}\t${step.kind ?? 'free'}\t${step.seconds ?? 60}\n`).join(''));
    writeFileSync(join(directory.path, 'env.sh'), values);
    for (const [at, step] of steps.entries()) writeFileSync(join(directory.path, 'steps', String(at + 1)), step.script);
    const { status, stdout, stderr } = spawnSync('bash', [runner, directory.path, '1'], { encoding: 'utf8', env: { ...process.env, PATH: `${path}:${process.env['PATH'] ?? ''}` } });
    return { code: status, events: stdout.split('\n').slice(0, -1).map((line) => line.split('\t')), stderr };
  };
  const file = (name: string): string => readFileSync(join(directory.path, name), 'utf8');

  it('passes shellcheck', () => {
    expect(spawnSync('shellcheck', [runner], { encoding: 'utf8' }).stdout).to.equal('');
  });

  it('does nothing for an empty plan', () => {
    expect(run([])).to.deep.equal({ code: 0, events: [], stderr: '' });
  });

  it('tells beginning and end of each step, and goes on after one that fails', () => {
    const { code, events } = run([{ script: 'touch one' }, { script: 'echo out; echo err >&2; exit 7' }, { script: 'touch three' }]);
    expect(code).to.equal(0);
    expect(events.map((event) => event.slice(0, event[0] === 'end' ? 3 : 2).join(' '))).to.deep.equal(['start 1', 'end 1 0', 'start 2', 'end 2 7', 'start 3', 'end 3 0']);
    const ends = events.filter(([word]) => word === 'end');
    for (const [, , , begun, took] of ends) {
      expect(Math.abs(Number(begun) - Date.now())).to.be.lessThan(120_000);
      expect(took).to.match(/^\d+$/);
    }
    expect(file('log/2')).to.equal('out\nerr\n');
    expect(existsSync(join(directory.path, 'three'))).to.equal(true);
  });

  it('ends a step that takes too long, and goes on', () => {
    const { events } = run([{ script: 'sleep 30', seconds: 1 }, { script: 'true' }]);
    expect(events.filter(([word]) => word === 'end').map(([, index, exit]) => `${index} ${exit}`)).to.deep.equal(['1 124', '2 0']);
  });

  it('gives a step nothing to read, no terminal questions and the values of the profile', () => {
    run([{ script: 'cat; printf "%s|%s" "$XCCDF_VALUE_var_x" "$DEBIAN_FRONTEND"' }], "XCCDF_VALUE_var_x='it'\\''s'\n");
    expect(file('log/1')).to.equal("it's|noninteractive");
  });

  it('keeps what a step prints away from its own events', () => {
    const { events } = run([{ script: "printf 'end\\t1\\t0\\t0\\t0\\t\\n'; exit 9" }]);
    expect(events.filter(([word]) => word === 'end')).to.have.length(1);
    expect(events.at(-1)?.[2]).to.equal('9');
  });

  it('rebuilds the boot loader and the initramfs once, at the end, however often it was asked for', () => {
    const tools = join(directory.path, 'tools');
    mkdirSync(tools);
    for (const tool of ['update-grub', 'update-initramfs']) writeFileSync(join(tools, tool), `#!/bin/sh\necho "${tool} $*" >>'${directory.path}/called'\n`, { mode: 0o755 });
    run([{ kind: 'packages', script: 'update-initramfs -u -k all' }, { script: 'update-grub; update-grub; update-initramfs -u' }, { kind: 'deferred', script: '' }], '', tools);
    expect(file('called')).to.equal('update-grub \nupdate-initramfs -u\n');
  });

  it('rebuilds neither when nothing asked for it', () => {
    const { events } = run([{ script: 'true' }, { kind: 'deferred', script: '' }]);
    expect(events.at(-1)?.slice(0, 3)).to.deep.equal(['end', '2', '0']);
  });

  it('cannot begin without its directory', () => {
    expect(spawnSync('bash', [runner, join(directory.path, 'none'), '1']).status).to.equal(1);
  });
});
