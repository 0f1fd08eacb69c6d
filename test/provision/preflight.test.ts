import { expect } from 'chai';
import { ConfigurationError, TargetError } from '../../src/errors.ts';
import { checkFacts, gatherFacts, type MachineFacts } from '../../src/provision/index.ts';
import { ShellTarget } from '../target/shell-target.ts';

const good: MachineFacts = {
  osId: 'debian', osVersion: '12', osName: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1.0', architecture: 'x86_64',
  memory: 2_000_000, diskFree: 5_000_000, clockSkew: 0.4, workDirectory: '/var/lib/cupel-build', packageManager: 'apt-get', hasSystemd: true, failedUnits: [],
};
const refusal = (more: Partial<MachineFacts>, product = 'debian12'): ConfigurationError | TargetError | undefined => {
  try {
    checkFacts({ ...good, ...more }, product, 'debian@h:22');
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof TargetError) return error;
    throw error;
  }
};

describe('checkFacts', () => {
  const machines: readonly [product: string, osId: string, osVersion: string, not: string][] = [
    ['debian12', 'debian', '12', '13'], ['debian13', 'debian', '13', '12'], ['ubuntu2204', 'ubuntu', '22.04', '24.04'], ['ubuntu2404', 'ubuntu', '24.04', '22.04'],
    ['rhel8', 'rhel', '8.10', '9.4'], ['rhel9', 'rhel', '9.4', '8.10'], ['rhel10', 'rhel', '10.0', '1'], ['almalinux9', 'almalinux', '9.4', '8.9'],
    ['ol9', 'ol', '9.3', '8.9'], ['al2023', 'amzn', '2023', '2'], ['sle15', 'sles', '15.6', '12.5'],
  ];
  for (const [product, osId, osVersion, not] of machines) {
    it(`knows the machines for ${product}`, () => {
      expect(refusal({ osId, osVersion }, product)).to.equal(undefined);
      expect(refusal({ osId, osVersion: not }, product)?.code).to.equal('preflight-os');
      expect(refusal({ osId: `${osId}x`, osVersion }, product)?.code).to.equal('preflight-os');
    });
  }

  it('goes by the name for a product it does not know', () => {
    expect(refusal({ osId: 'fedora', osVersion: '41' }, 'fedora')).to.equal(undefined);
    expect(refusal({ osId: 'debian', osVersion: '11' }, 'fedora')?.code).to.equal('preflight-os');
  });

  it('takes a wrong system for a mistake in the configuration, not of the machine', () => {
    const error = refusal({ osId: 'ubuntu', osVersion: '24.04', osName: 'Ubuntu 24.04 LTS' });
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error?.message).to.equal('debian@h:22 runs Ubuntu 24.04 LTS, but the baseline is for debian12');
  });

  const cases: readonly [string, Partial<MachineFacts>, code: string, words: RegExp][] = [
    ['tells nothing of its OS', { osId: '' }, 'preflight-facts', /OS, memory/],
    ['does not tell its memory', { memory: NaN }, 'preflight-facts', /memory/],
    ['does not tell its disk', { diskFree: NaN }, 'preflight-facts', /disk/],
    ['does not tell the time', { clockSkew: NaN }, 'preflight-facts', /clock/],
    ['has no systemd', { hasSystemd: false }, 'preflight-systemd', /systemd/],
    ['has too little memory', { memory: 512 * 1024 }, 'preflight-memory', /512 MiB of memory, 700 needed/],
    ['has too little disk', { diskFree: 100 * 1024 }, 'target-disk-full', /100 MiB free on disk, 700 needed/],
    ['lets nothing be executed anywhere', { workDirectory: undefined }, 'preflight-workdir', /\/var\/lib\/cupel-build, /],
    ['lives in the past', { clockSkew: -301 }, 'preflight-clock', /-301 s/],
    ['lives in the future', { clockSkew: 86_400 }, 'preflight-clock', /86400 s/],
  ];
  for (const [what, facts, code, words] of cases) {
    it(`refuses a machine that ${what}`, () => {
      const error = refusal(facts);
      expect(error).to.be.instanceOf(TargetError);
      expect(error?.code).to.equal(code);
      expect(error?.message).to.match(words).and.contain('debian@h:22');
    });
  }
});

describe('gatherFacts', () => {
  const target = new ShellTarget();
  const told = (stdout: string): void => { target.answer = (script) => (script.includes('os-release') ? { stdout } : { stdout: 'a.service loaded failed failed A\n' }); };

  it('reads what the machine tells', async () => {
    told(`osId=debian\nosVersion=12\nosName=Debian = 12\nkernel=6.1\narchitecture=x86_64\nmemory=2000\ndiskFree=3000\nclock=${Math.floor(Date.now() / 1000) + 600}\nworkDirectory=/opt/x\npackageManager=apt-get\nhasSystemd=1\n`);
    const facts = await gatherFacts(target);
    expect(facts).to.include({ osId: 'debian', osName: 'Debian = 12', memory: 2000, diskFree: 3000, workDirectory: '/opt/x', packageManager: 'apt-get', hasSystemd: true });
    expect(facts.clockSkew).to.be.within(590, 610);
    expect(facts.failedUnits).to.deep.equal(['a.service']);
  });

  it('takes what is not told for unknown, not for nothing', async () => {
    told('osId=debian\nmemory=\ndiskFree=\n');
    const facts = await gatherFacts(target);
    expect([facts.memory, facts.diskFree, facts.clockSkew].every(Number.isNaN)).to.equal(true);
    expect(facts).to.deep.include({ workDirectory: undefined, packageManager: undefined, hasSystemd: false, failedUnits: [] });
  });

  it('has a script that this machine understands', async () => {
    const real = new ShellTarget();
    real.answer = (script, options) => {
      // Not the directories of a builder, on a machine that only runs tests.
      if (script.includes('os-release')) options.args = [];
      return undefined;
    };
    const facts = await gatherFacts(real);
    expect(facts.osId).to.match(/^[a-z]+$/);
    expect(facts.memory).to.be.greaterThan(0);
    expect(facts.diskFree).to.be.greaterThan(0);
    expect(Math.abs(facts.clockSkew)).to.be.lessThan(60);
  });
});
