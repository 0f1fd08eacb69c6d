import { expect } from 'chai';
import { installScanner } from '../../src/provision/scanner.ts';
import type { MachineFacts } from '../../src/provision/index.ts';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

describe('installScanner', () => {
  const directory = scratch();
  let target: ShellTarget;
  let installs: string;
  let version: string;
  let times = 0;
  const facts = (packageManager: MachineFacts['packageManager']): MachineFacts => ({ packageManager }) as MachineFacts;
  const install = async (manager: MachineFacts['packageManager'] = 'apt-get'): Promise<string> => (await installScanner(target, facts(manager), `${directory.path}/${++times}`, 'cupel-1')).version;
  beforeEach(() => {
    target = new ShellTarget();
    installs = 'echo Setting up openscap-scanner 9.9.9';
    version = 'OpenSCAP command line tool (oscap) 1.3.7\nCopyright 2009--2021 Red Hat Inc.';
    target.answer = (script, options) => {
      // In place of the package manager's own script.
      if (script.includes('systemd-run')) options.input = `oscap() { printf '%s' '${version}'; }\n${installs}\n${(options.input as string).split('\n').at(-1) ?? ''}`;
      return undefined;
    };
  });

  for (const manager of ['apt-get', 'dnf', 'zypper'] as const) {
    it(`returns the version of the oscap that ${manager} brought`, async () => {
      expect(await install(manager)).to.equal('1.3.7');
    });
  }

  it('tells what the package manager said last', async () => {
    installs = 'echo one; echo two; echo three; echo four; echo "E: Unable to fetch" >&2; exit 100';
    const error = await rejection(install());
    expect(error.code).to.equal('scanner-install');
    expect(error.message).to.contain('two; three; four; E: Unable to fetch').and.not.contain('one');
  });

  it('names a full disk', async () => {
    installs = 'echo "dpkg: error: failed to write: No space left on device" >&2; exit 100';
    expect((await rejection(install())).code).to.equal('target-disk-full');
  });

  it('refuses an oscap that would find nothing applicable', async () => {
    version = 'OpenSCAP command line tool (oscap) 1.2.17';
    const error = await rejection(install());
    expect(error.code).to.equal('oscap-too-old');
    expect(error.exitCode).to.equal(78);
  });

  it('accepts newer ones', async () => {
    for (const newer of ['1.3.0', '1.4.2', '2.0.0', '1.10.1']) {
      version = `oscap ${newer}`;
      expect(await install()).to.equal(newer);
    }
  });

  it('refuses an oscap that does not say its version, and a machine without a package manager', async () => {
    version = '';
    expect((await rejection(install())).code).to.equal('scanner-install');
    expect((await rejection(installScanner(target, facts(undefined), directory.path, 'cupel-1'))).message).to.contain('no package manager');
  });
});
