import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import Ajv4 from 'ajv-draft-04';
import formatsOf from 'ajv-formats';
import { expect } from 'chai';
import { contextualizeEvaluation, convertFile } from 'inspecjs';
import { parseStringPromise } from 'xml2js';
import { compareReports, type DrawnFormat, formats, render, type ReportModel } from '../../../src/report/index.ts';
import { reportJsonSchema } from '../../../src/report/format/json.ts';
import { expectGolden } from '../../golden.ts';
import { hostile, hostileReport, realCounts, realReport } from '../samples.ts';

const schema = (name: string): string => fileURLToPath(new URL(`../../fixtures/schemas/${name}`, import.meta.url));
const draw = (model: ReportModel, format: DrawnFormat): Promise<string> => render(model, format, '0.0.0');
const models = (): [string, ReportModel][] => [['a real scan', realReport()], ['a hostile scan', hostileReport()], ['a comparison', { ...hostileReport(), comparison: compareReports(realReport(), hostileReport()) }]];

describe('formats of reports', () => {
  describe('json', () => {
    it('has the schema that docs/schemas/report.json publishes', () => {
      expectGolden(reportJsonSchema(), new URL('../../../docs/schemas/report.json', import.meta.url));
    });

    for (const [name, model] of models()) {
      it(`is valid for ${name}`, async () => {
        const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(reportJsonSchema()) as object);
        validate(JSON.parse(await draw(model, 'json')));
        expect(validate.errors ?? []).to.deep.equal([]);
      });
    }
  });

  describe('junit', () => {
    for (const [name, model] of models()) {
      it(`is valid by Jenkins's schema for ${name}`, async () => {
        const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', schema('junit-10.xsd'), '-'], { input: await draw(model, 'junit'), encoding: 'utf8' });
        expect(stderr).to.equal('- validates\n');
        expect(status).to.equal(0);
      });
    }

    it('counts failures, errors and skipped rules as they are', async () => {
      const { testsuites } = await parseStringPromise(await draw(realReport(), 'junit')) as { testsuites: { testsuite: { $: Record<string, string>; testcase: Record<string, unknown[]>[] }[] } };
      const [suite] = testsuites.testsuite;
      expect(suite?.$).to.include({ tests: '403', failures: String(realCounts.fail + realCounts.unknown + realCounts.notchecked), errors: String(realCounts.error), skipped: String(realCounts.notapplicable) });
      expect(suite?.testcase.filter((one) => one['failure'] !== undefined)).to.have.length(88);
    });

    it('fails the case of the verdict with every reason', async () => {
      const xml = await parseStringPromise(await draw(hostileReport(), 'junit')) as { testsuites: { testsuite: { testcase: { $: { name: string }; failure?: { _: string }[]; skipped?: { $: { message: string } }[] }[] }[] } };
      const cases = xml.testsuites.testsuite[0]!.testcase;
      expect(cases[0]).to.nested.include({ '$.name': 'verdict' });
      expect(cases[0]?.failure?.[0]?._).to.contain('pass rate 0.5 (1 of 2) is below 0.98 [pass-rate]');
      expect(cases.find(({ $ }) => $.name.includes('charlie'))?.skipped?.[0]?.$.message).to.contain('ignored (fail) until 2027-05-01');
    });
  });

  describe('sarif', () => {
    const validate = (): ReturnType<Ajv['compile']> => {
      const ajv = new (Ajv4 as unknown as typeof Ajv)({ strict: false, allErrors: true, unicodeRegExp: false });
      formatsOf.default(ajv);
      return ajv.compile(JSON.parse(readFileSync(schema('sarif-2.1.0-rtm.5.json'), 'utf8')) as object);
    };
    for (const [name, model] of models()) {
      it(`is valid by the official schema for ${name}`, async () => {
        const valid = validate();
        void valid(JSON.parse(await draw(model, 'sarif')));
        expect(valid.errors ?? []).to.deep.equal([]);
      });
    }

    it('has one result for each failing rule, with a rule that says what it is and how to repair it', async () => {
      const { runs } = JSON.parse(await draw(realReport(), 'sarif')) as { runs: { results: { ruleId: string; ruleIndex: number; message: { text: string }; locations: unknown[] }[]; tool: { driver: { rules: { id: string; help: { text: string }; helpUri?: string }[] } } }[] };
      const { results, tool } = runs[0]!;
      expect(results).to.have.length(91);
      for (const { ruleId, ruleIndex, locations } of results) {
        expect(tool.driver.rules[ruleIndex]?.id).to.equal(ruleId);
        expect(locations).to.have.length(1);
      }
      const umask = tool.driver.rules.find(({ id }) => id === 'accounts_umask_etc_login_defs');
      expect(umask?.help.text).to.contain('UMASK 027').and.to.contain('Fix (shell):');
      expect(umask?.helpUri).to.equal('https://www.cisecurity.org/benchmark/debian_linux/');
    });

    it('suppresses what is ignored, and says by whom', async () => {
      const { runs } = JSON.parse(await draw(hostileReport('x'), 'sarif')) as { runs: { results: { ruleId: string; suppressions?: { justification: string }[] }[] }[] };
      expect(runs[0]!.results.map(({ ruleId, suppressions }) => [ruleId, suppressions?.[0]?.justification])).to.deep.equal([['alpha', undefined], ['charlie', 'x (x, until 2027-05-01, x)']]);
    });
  });

  describe('csv', () => {
    it('has a line per rule, and no field that a spreadsheet would calculate', async () => {
      const csv = await draw(hostileReport('=cmd|\'/C calc\'!A0'), 'csv');
      expect(csv.split('\r\n')[0]).to.equal('cis,rule,title,severity,result,standing,fix,why,ignored_reason,ignored_owner,ignored_expires,cce,id,target,run');
      expect(csv).to.contain('5.2.8,alpha,\'=cmd|\'/C calc\'!A0,high,fail,failed,content,"\'=cmd|');
      for (const start of ['=', '+', '-', '@']) expect(await draw(hostileReport(`${start}1`), 'csv')).to.contain(`5.2.8,alpha,'${start}1,high,fail,failed,content,"'${start}1\n`).and.to.contain(`,ignored,,,'${start}1,'${start}1,2027-05-01,`);
    });
  });

  describe('markdown', () => {
    it('gives a hostile scan nothing to be a link, an image, HTML, a cell or a mention with', async () => {
      const text = await draw(hostileReport(), 'markdown');
      expect(text).to.not.match(/(?<!\\)<(?!br>|\/?details>|\/?summary>|\/?sub>)/);
      expect(text).to.not.match(/(?<!\\)\]\(/);
      expect(text).to.not.match(/(?<!\\):\/\//).and.to.not.contain('@octocat').and.to.not.contain('\u202e');
      const row = text.split('\n').find((line) => line.includes('`alpha`'))!;
      expect(row.match(/(?<!\\)\|/g)).to.have.length(6);
    });

    it('stays below its limit, and says what it left out', async () => {
      const { renderMarkdown } = await import('../../../src/report/format/markdown.ts');
      const text = renderMarkdown(realReport(), 8000);
      expect(text.length).to.be.below(8000);
      expect(text).to.match(/… and \d+ more; the full report has them\./);
      expect((await draw(realReport(), 'markdown')).length).to.be.below(65_536);
    });

    it('reads as it should', async () => {
      expectGolden(await draw(hostileReport('Set it'), 'markdown'), new URL('golden/refused.md', import.meta.url));
    });
  });

  describe('hdf', () => {
    /** MITRE's own reader of the format, with its own idea of what each control's status is. */
    const statuses = (text: string): Record<string, number> => {
      const parsed = convertFile(text)['1_0_ExecJson'];
      expect(parsed, 'the reader does not take it for an HDF execution').to.not.equal(undefined);
      const counts: Record<string, number> = {};
      for (const control of contextualizeEvaluation(parsed!).contains.flatMap(({ contains }) => contains)) counts[control.hdf.status] = (counts[control.hdf.status] ?? 0) + 1;
      return counts;
    };

    it('is counted by MITRE\'s reader as the scan counts', async () => {
      expect(statuses(await draw(realReport(), 'hdf'))).to.deep.equal({
        'Passed': realCounts.pass, 'Failed': realCounts.fail, 'Profile Error': realCounts.error + realCounts.unknown, 'Not Reviewed': realCounts.notchecked, 'Not Applicable': realCounts.notapplicable,
      });
    });

    it('waives an ignored rule, which Heimdall then leaves out as the gate does', async () => {
      const text = await draw(hostileReport(), 'hdf');
      expect(statuses(text)).to.deep.equal({ 'Passed': 1, 'Failed': 1, 'Not Applicable': 2 });
      expect(text).to.contain('"expiration_date": "2027-05-01"');
    });
  });

  it('can all be drawn of a scan that found nothing, and of one that nobody described', async () => {
    const bare = { ...hostileReport(), rules: hostileReport().rules.map((rule) => ({ ...rule, title: '', text: undefined, fix: undefined, findings: [], messages: [], cis: [] })) };
    for (const format of formats) if (format !== 'oscap-html') expect(await draw(bare, format)).to.be.a('string').and.not.equal('');
  });

  it('give the same text for the same model', async () => {
    expect(hostile.length).to.be.above(5000);
    for (const format of formats) if (format !== 'oscap-html') expect(await draw(hostileReport(), format)).to.equal(await draw(hostileReport(), format));
  });
});
