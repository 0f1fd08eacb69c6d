import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { EvidenceError } from '../../../src/errors.ts';
import { compareNessus, type NessusHost, readNessus, renderNessusComparison } from '../../../src/report/nessus/index.ts';
import { render, type ReportModel } from '../../../src/report/index.ts';
import { assay, baseline, ignore, ruleResult } from '../../gate/samples.ts';
import { expectGolden } from '../../golden.ts';
import { hostile, hostileReport, judgedReport, realReport } from '../samples.ts';
import { type Check, host, item, nessus, version, vulnerability } from './samples.ts';

describe('a Nessus export', () => {
  let folder: string;
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'cupel-nessus-')); });
  after(async () => { await rm(folder, { recursive: true }); });

  const hosts = async (text: string | Uint8Array): Promise<NessusHost[]> => {
    const file = join(folder, 'export.nessus');
    await writeFile(file, text);
    return readNessus(file);
  };
  const refused = async (text: string): Promise<string> => hosts(text).then(() => 'taken', (error: unknown) => {
    expect(error).to.be.instanceOf(EvidenceError).with.property('exitCode', 3);
    return (error as EvidenceError).code;
  });

  describe('when it is read', () => {
    it('gives the compliance checks of each host, and nothing else', async () => {
      const found = await hosts(nessus(host('one', vulnerability + item({ name: '5.1.17 Ensure sshd MaxSessions is configured', result: 'FAILED', actual: 'MaxSessions 20' })) + host('two', item({ name: 'Ensure a & b <c>', result: 'PASSED' })) + host('three', vulnerability)));
      expect(found).to.deep.equal([
        {
          name: 'one', benchmark: { name: 'CIS Debian Linux 12', version: '1.1.0', profile: 'L1 Server' },
          items: [{ section: '5.1.17', title: 'Ensure sshd MaxSessions is configured', result: 'FAILED', actual: 'MaxSessions 20', policy: 'expect: ^yes$', auditFile: 'CIS_Debian_Linux_12_v1.1.0_L1_Server.audit' }],
        },
        {
          name: 'two', benchmark: { name: 'CIS Debian Linux 12', version: '1.1.0', profile: 'L1 Server' },
          items: [{ section: '', title: 'Ensure a & b <c>', result: 'PASSED', actual: '', policy: 'expect: ^yes$', auditFile: 'CIS_Debian_Linux_12_v1.1.0_L1_Server.audit' }],
        },
      ]);
    });

    it('takes the version from the audit file where no check names one, and gzip as it comes', async () => {
      const old = nessus(host('one', item({ name: '1.1 A', result: 'PASSED' }, '')));
      const [found] = await hosts(gzipSync(old));
      expect(found?.benchmark).to.deep.equal({ name: 'CIS_Debian_Linux_12_v1.1.0_L1_Server.audit', version: '1.1.0', profile: '' });
    });

    it('is refused when it is none, empty, cut short, hostile or says a result that there is not', async () => {
      const good = nessus(host('one', item({ name: '1.1 A', result: 'PASSED' })));
      expect(await refused('<NessusClientData><Report/></NessusClientData>')).to.equal('nessus-root');
      expect(await refused(nessus(host('one', vulnerability)))).to.equal('nessus-empty');
      expect(await refused(good.slice(0, -40))).to.equal('xml-truncated');
      expect(await refused(good.replace('<?xml version="1.0" ?>', '<!DOCTYPE x [<!ENTITY a "b">]>'))).to.equal('xml-doctype');
      expect(await refused(good.replace('PASSED</cm', 'BANANA</cm'))).to.equal('nessus-result');
      expect(await refused(good.replace(' xmlns:cm="http://www.nessus.org/cm"', ''))).to.equal('xml-undefined-prefix');
    });

    it('passes over 100 MB of vulnerabilities', async () => {
      const file = join(folder, 'big.nessus');
      const [start = '', end = ''] = nessus(host('one', `${item({ name: '1.1 A', result: 'PASSED' })}@`)).split('@');
      await writeFile(file, (function* parts() {
        yield start;
        for (let n = 0; n < 1000; n++) yield vulnerability.repeat(45);
        yield end;
      })());
      const beforeBytes = process.memoryUsage().arrayBuffers;
      expect((await readNessus(file))[0]?.items).to.have.length(1);
      expect(process.memoryUsage().arrayBuffers - beforeBytes).to.be.below(50_000_000);
    });
  });

  describe('when it is held against an assay', () => {
    const report = (rules: Parameters<typeof ruleResult>[], ignored: string[] = []): ReportModel =>
      judgedReport({ assay: assay(rules.map((rule) => ruleResult(...rule))), detail: { rules: new Map(), values: {}, standard: { title: 'CIS Debian Benchmark for Level 1 - Server', version } } }, baseline({}, { ignore: ignored.map((rule) => ignore(rule)) }));
    const against = async (checks: Check[], model: ReportModel, benchmark = version) => {
      const [one] = await hosts(nessus(host('one', checks.map((check) => item(check, benchmark)).join(''))));
      return compareNessus(one!, model);
    };

    const model = report([
      ['max_sessions', 'pass', 'medium', { cis: ['5.1.17'], title: 'Set SSH MaxSessions limit' }],
      ['umask_bashrc', 'pass', 'medium', { cis: ['5.4.3.3'], title: 'Bash umask' }],
      ['umask_profile', 'fail', 'medium', { cis: ['5.4.3.3'], title: 'Profile umask' }],
      ['aide', 'fail', 'medium', { cis: ['6.3.1'], title: 'Install AIDE' }],
      ['banner', 'pass', 'medium', { cis: ['1.6.1'], title: 'Ensure the banner is set' }],
      ['forwarding', 'fail', 'medium', { cis: ['3.3.1'], title: 'Disable forwarding' }],
      ['ours', 'pass', 'medium', { cis: ['9.9.9'], title: 'Only ours' }],
    ], ['forwarding']);
    const checks: Check[] = [
      { name: '5.1.17 Ensure sshd MaxSessions is configured', result: 'FAILED', actual: 'MaxSessions 20' },
      { name: '5.4.3.3 Ensure default user umask is configured - bashrc', result: 'PASSED' },
      { name: '5.4.3.3 Ensure default user umask is configured - profile', result: 'FAILED', actual: 'umask 022' },
      { name: '6.3.1 Ensure AIDE is installed', result: 'FAILED' },
      { name: '1.7.1 Ensure the banner is set (Automated)', result: 'PASSED' },
      { name: '3.3.1 Ensure ip forwarding is disabled', result: 'FAILED' },
      { name: '1.2.1.1 Ensure GPG keys are configured (Manual)', result: 'WARNING' },
    ];

    it('joins on section, then on title, and tells agreement from disagreement', async () => {
      const { agreements, disagreements, undecided, onlyNessus, onlyHere } = await against(checks, model);
      expect(agreements.map(({ section, by }) => `${section} ${by}`)).to.deep.equal(['1.7.1 title', '5.4.3.3 section', '6.3.1 section']);
      expect(disagreements.map(({ section, nessus: theirs, ours }) => [section, theirs, ours])).to.deep.equal([['5.1.17', 'FAILED', 'passed']]);
      expect(undecided.map(({ section }) => section)).to.deep.equal(['3.3.1']);
      expect(onlyNessus.map(({ section }) => section)).to.deep.equal(['1.2.1.1']);
      expect(onlyHere.map(({ rule }) => rule)).to.deep.equal(['ours']);
    });

    it('states both versions, and first when they differ or one is not known', async () => {
      expect((await against(checks, model)).sameVersion).to.equal(true);
      const other = await against(checks, model, '1.0.1');
      expect(other.sameVersion).to.equal(false);
      expect(renderNessusComparison(other)).to.match(/^Not the same benchmark version: .*\n {2}Nessus: CIS Debian Linux 12 v1\.0\.1, L1 Server\n {2}Cupel:/);
      expect(renderNessusComparison(await against(checks, { ...model, identity: { ...model.identity, standard: undefined } }))).to.match(/^The version of one of the benchmarks is not known/);
    });

    it('reads as it should', async () => {
      expectGolden(renderNessusComparison(await against(checks, model)), new URL('golden/disagrees.txt', import.meta.url));
    });

    it('does not let what could not be told pass for agreement', async () => {
      const unsure = report([['a', 'error', 'medium', { cis: ['1.1'] }], ['b', 'unknown', 'medium', { cis: ['1.2'] }], ['c', 'notapplicable', 'medium', { cis: ['1.3'] }], ['d', 'pass', 'medium', { cis: ['1.4'] }]]);
      const { agreements, disagreements, undecided } = await against([{ name: '1.1 A', result: 'PASSED' }, { name: '1.2 B', result: 'FAILED' }, { name: '1.3 C', result: 'PASSED' }, { name: '1.4 D', result: 'ERROR' }], unsure);
      expect([agreements.length, disagreements.length, undecided.length]).to.deep.equal([0, 0, 4]);
    });
  });

  describe('of our own', () => {
    for (const [name, model] of [['a real scan', realReport()], ['a hostile scan', hostileReport()]] as const) {
      it(`agrees with ${name} that it was written from`, async () => {
        const [one] = await hosts(await render(model, 'nessus', '0'));
        const { agreements, disagreements, undecided, onlyNessus } = compareNessus(one!, model);
        expect(disagreements).to.deep.equal([]);
        expect(onlyNessus).to.deep.equal([]);
        expect(agreements.length + undecided.length).to.be.above(2);
      });
    }

    it('has one check per rule, with what was found and what should be', async () => {
      const text = await render(realReport(), 'nessus', '0');
      const [one] = await hosts(text);
      expect(one?.items).to.have.length(403);
      expect(one?.benchmark).to.deep.equal({ name: 'CIS Debian Benchmark for Level 1 - Server', version: '1.1.0', profile: 'xccdf_org.ssgproject.content_profile_cis_level1_server' });
      const umask = one?.items.find(({ title }) => title === 'Ensure the Default Umask is Set Correctly in login.defs');
      expect(umask).to.include({ section: '5.4.3.3', result: 'FAILED', policy: 'value bitwise and 23' });
      expect(umask?.actual).to.contain('found: variable = var_etc_login_defs_umask_as_number, value = 18');
      expect(text).to.contain('Vuln-ID|accounts_umask_etc_login_defs,Rule-ID|xccdf_org.ssgproject.content_rule_accounts_umask_etc_login_defs');
    });

    it('keeps hostile text as text', async () => {
      const [one] = await hosts(await render(hostileReport(), 'nessus', '0'));
      expect(one?.items.find(({ section }) => section === '5.2.8')?.title).to.equal(hostile.replace(/\s+/g, ' ').slice(0, 1000));
    });
  });
});
