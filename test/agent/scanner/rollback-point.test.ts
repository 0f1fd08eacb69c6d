import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { scratch } from '../../target/scratch.ts';

const script = path.join(import.meta.dirname, '../../../provisioners/agent/libexec/rollback-point');

describe('libexec/rollback-point', () => {
  const directory = scratch();
  const at = (name: string): string => path.join(directory.path, name);
  /** A program that stands before the system's own. */
  const program = (name: string, text: string): void => { writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 }); };
  const run = (when: string, ...more: string[]): { code: number | null; error: string; left: string[] } => {
    const { status, stderr } = spawnSync('sh', [script, at('point'), when, ...more], { encoding: 'utf8', env: { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` } });
    return { code: status, error: stderr, left: readdirSync(at('point')).sort() };
  };
  const recorded = (name: string): string => readFileSync(at(`point/${name}`), 'utf8');

  beforeEach(() => {
    for (const folder of ['bin', 'point']) mkdirSync(at(folder));
    program('systemctl', 'echo "x.service loaded active running X"');
    program('getent', 'echo "root:x:0:0::/root:/bin/sh"');
    program('find', `echo "$*" >>'${at('calls')}'; printf 'etc/one\\0'`);
    program('tar', 'exit 0');
    program('sysctl', 'echo "a.b = 1"');
    program('dpkg-query', 'printf "one\\t1\\tinstalled\\ntwo\\t1\\tconfig-files\\n"');
    program('nft', 'exit 1');
  });

  it('passes shellcheck', () => {
    expect(spawnSync('shellcheck', [script], { encoding: 'utf8' }).stdout).to.equal('');
  });

  it('is there whole', () => {
    expect(run('before')).to.deep.equal({ code: 0, error: '', left: ['before'] });
    expect([recorded('before/packages'), recorded('before/units'), recorded('before/sysctl')]).to.deep.equal(['one\t1\n', 'x.service\tactive\n', 'a.b\t1\n']);
    expect(run('after').left).to.deep.equal(['after', 'before']);
  });

  it('takes it for no failure that a file goes away meanwhile, or that a file server hides it', () => {
    program('find', 'printf "etc/one\\0"; echo "find: \'/etc/x\': No such file or directory" >&2; echo "find: \'/home/y\': Permission denied" >&2; exit 1');
    expect(run('before')).to.include({ code: 0, error: '' });
  });

  for (const [what, name, text, words] of [
    ['the disk is full while files are listed', 'find', 'echo "find: \'/etc/x\': No such file or directory" >&2; echo "find: \'standard output\': No space left on device" >&2; exit 1', 'No space left on device'],
    ['find is killed', 'find', 'kill -9 $$', 'find failed without a word'],
    ['contents cannot be kept', 'tar', 'echo "tar: No space left on device" >&2; exit 2', 'No space left on device'],
    ['systemd does not answer', 'systemctl', 'echo "Failed to connect to bus" >&2; exit 1', 'Failed to connect to bus'],
    ['packages cannot be listed', 'dpkg-query', 'echo "dpkg-query: error" >&2; exit 2', 'dpkg-query: error'],
    ['users cannot be listed', 'getent', 'echo "getent: error" >&2; exit 2', 'getent: error'],
  ] as const) {
    it(`fails and leaves nothing when ${what}`, () => {
      program(name, text);
      const { code, error, left } = run('before');
      expect([code === 0, left], error).to.deep.equal([false, []]);
      expect(error).to.contain(words);
    });
  }

  it('asks rpm for packages where there is no dpkg', () => {
    program('rpm', `printf "%s\\n" "$*" >>'${at('rpm')}'; printf "one\\t1-2.x86_64\\n"`);
    const tools = at('tools');
    mkdirSync(tools);
    for (const tool of ['sh', 'rm', 'mkdir', 'mv', 'awk', 'sed', 'sort', 'sync', 'cat', 'grep', 'xargs', 'tail']) writeFileSync(path.join(tools, tool), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n`, { mode: 0o755 });
    const { status, stderr } = spawnSync('/bin/sh', ['-c', `rm '${at('bin/dpkg-query')}'; PATH='${at('bin')}:${tools}' . '${script}'`, script, at('point'), 'before'], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    expect([recorded('before/packages'), readFileSync(at('rpm'), 'utf8')]).to.deep.equal(['one\t1-2.x86_64\n', '-qa --qf %{NAME}\\t%{VERSION}-%{RELEASE}.%{ARCH}\\n\n']);
  });

  it('looks into homes that are elsewhere, of people and by the users of before', () => {
    mkdirSync(at('people/alice'), { recursive: true });
    mkdirSync(at('people/bob'));
    const user = (name: string, uid: number, home: string): string => `${name}:x:${uid}:${uid}::${home}:/bin/sh\n`;
    const passwd = user('alice', 1000, `${at('people/alice')}/`) + user('gone', 1001, at('people/gone')) + user('daemon', 999, at('people/bob')) + user('nobody', 65534, at('people/bob')) + user('root2', 1002, '/') + user('in', 1003, '/home/in') + user('evil', 1004, '/-delete');
    program('getent', `printf '%s' '${passwd}'`);
    expect(run('before')).to.include({ code: 0, error: '' });
    expect(recorded('before/homes').trim().split('\n')).to.deep.equal([at('people/alice').slice(1), at('people/gone').slice(1)]);
    program('getent', `printf '%s' '${user('bob', 1005, at('people/bob'))}'`);
    writeFileSync(at('calls'), '');
    expect(run('after').code).to.equal(0);
    expect(readFileSync(at('calls'), 'utf8')).to.contain(`${at('people/alice').slice(1)} -xdev -maxdepth 1`).and.not.to.contain('people/bob').and.not.to.contain('people/gone');
  });

  it('looks for what all may write to only when it is told, and then at the same files again', () => {
    program('find', `echo "$*" >>'${at('calls')}'; case "$*" in *-0002*) printf '/srv/b\\0//srv/a\\0/srv/b\\0' ;; *) printf 'etc/one\\0' ;; esac`);
    run('before');
    expect([recorded('before/writable'), readFileSync(at('calls'), 'utf8').includes('-0002')]).to.deep.equal(['', false]);
    expect(run('before', 'world-writable')).to.include({ code: 0, error: '' });
    expect(recorded('before/writable')).to.equal('srv/a\0srv/b\0');
    writeFileSync(at('calls'), '');
    run('after');
    expect(readFileSync(at('calls'), 'utf8')).to.contain('srv/a srv/b -maxdepth 0').and.not.to.contain('-0002');
  });

  it('tells a kernel without firewall rules from rules', () => {
    run('before');
    expect(existsSync(at('point/before/ruleset'))).to.equal(false);
    program('nft', 'echo "table inet x {"; echo "}"');
    run('after');
    expect(recorded('after/ruleset')).to.equal('table inet x {\n}\n');
  });
});
