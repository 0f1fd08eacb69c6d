import { expect } from 'chai';
import { countedFailures, type Fix, guardFamilies, planSteps } from '../../src/harden/index.ts';
import { resultWords } from '../../src/assay/model.ts';
import { assay, ignore, ruleResult } from '../gate/samples.ts';
import { realFix, realFixes } from './content.ts';

const fixes = new Map<string, Fix>([...realFixes].map(([rule, text]) => [rule, { text, source: 'content' }]));
const plan = (rules: string[], exclude: string[] = [], lastPass = false): ReturnType<typeof planSteps> => planSteps(rules, fixes, new Set(exclude), lastPass);
const shape = (rules: string[], exclude: string[] = [], lastPass = false): string[] =>
  plan(rules, exclude, lastPass).steps.map((step) => `${step.kind}${step.family === undefined ? '' : `/${step.family}`} ${step.rules.join(',')}`.trim());

describe('planSteps', () => {
  it('puts packages first, then free steps in the given order, then the guarded families, then what is put off', () => {
    expect(shape(['sshd_set_max_sessions', 'banner_etc_issue_cis', 'package_aide_installed', 'sudo_add_use_pty', 'mount_option_dev_shm_noexec', 'set_nftables_table', 'journald_compress', 'package_chrony_installed']))
      .to.deep.equal([
        'packages package_aide_installed,package_chrony_installed',
        'free banner_etc_issue_cis',
        'free journald_compress',
        'guarded/mounts mount_option_dev_shm_noexec',
        'guarded/sudo sudo_add_use_pty',
        'guarded/ssh sshd_set_max_sessions',
        'guarded/firewall set_nftables_table',
        'deferred/boot',
      ]);
  });

  it('never puts a guarded step before a free one, nor families out of order, over the whole profile', () => {
    const { steps } = plan([...realFixes.keys()], [], true);
    const rank = steps.map((step) => (step.kind === 'packages' ? 0 : step.kind === 'free' ? 1 : step.kind === 'deferred' ? 20 : 2 + guardFamilies.indexOf(step.family ?? 'ssh')));
    expect(steps.at(-1)?.rules).to.deep.equal(['aide_build_database']);
    expect(rank.slice(0, -1)).to.deep.equal(rank.slice(0, -1).sort((a, b) => a - b));
    expect(steps.flatMap((step) => step.rules).sort()).to.deep.equal([...realFixes.keys()].sort());
  });

  it('leaves what describes the finished machine to the last pass, after everything', () => {
    expect(shape(['aide_build_database', 'journald_compress'])).to.deep.equal(['free journald_compress', 'deferred/boot']);
    expect(shape(['aide_build_database', 'journald_compress'], [], true)).to.deep.equal(['free journald_compress', 'deferred/boot', 'free aide_build_database']);
    expect(shape(['aide_build_database'])).to.deep.equal([]);
  });

  it('touches nothing that is excluded, and does not call it unfixable', () => {
    const { steps, unfixable } = plan(['journald_compress', 'partition_for_tmp', 'grub2_password'], ['journald_compress', 'grub2_password']);
    expect(steps).to.deep.equal([]);
    expect(unfixable).to.deep.equal(['partition_for_tmp']);
  });

  it('runs a fix of ours as it is, also when it only installs a package', () => {
    const own = new Map<string, Fix>([['package_aide_installed', { text: realFix('package_aide_installed'), source: 'cupel' }]]);
    expect(planSteps(['package_aide_installed'], own, new Set(), false).steps[0]).to.include({ kind: 'free', source: 'cupel' });
  });

  it('plans nothing for nothing', () => {
    expect(plan([])).to.deep.equal({ steps: [], unfixable: [] });
  });
});

describe('countedFailures', () => {
  it('are what failed or could not be told, in document order, without what is ignored', () => {
    const rules = resultWords.map((word) => ruleResult(`rule_${word}`, word));
    expect(countedFailures(assay([...rules, ruleResult('kept', 'fail')]), { ignore: [ignore('rule_error')] }))
      .to.deep.equal(['rule_fail', 'rule_unknown', 'rule_notchecked', 'kept']);
  });
});
