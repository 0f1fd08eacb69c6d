import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { renderHtml } from '../../../src/report/html/index.ts';
import { hostileReport, realReport } from '../samples.ts';
import { fullReport } from './sample.ts';

/** Text of a page without its markup, white space as one blank. */
function textOf(page: string): string {
  return page.replace(/<(style|script)>[^]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function section(page: string, id: string): string {
  const found = new RegExp(`<section id="${id}"[^]*?</section>`).exec(page);
  return found === null ? '' : textOf(found[0]);
}

describe('report.html', () => {
  it('answers in the order in which a person asks', () => {
    const page = renderHtml(fullReport());
    expect([...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).to.deep.equal(['numbers', 'failing', 'ignored', 'changes', 'hardening', 'rules', 'identity']);
    const top = textOf(page.slice(0, page.indexOf('<nav')));
    expect(top.indexOf('Refused')).to.be.greaterThan(0);
    expect(top.indexOf('Why it was refused')).to.be.greaterThan(top.indexOf('Refused'));
    expect(top.indexOf('Pass rate')).to.be.greaterThan(top.indexOf('Why it was refused'));
  });

  it('is the same bytes for the same evidence', () => {
    expect(renderHtml(fullReport())).to.equal(renderHtml(structuredClone(fullReport())));
  });

  it('carries a real scan, every text of it, in less than 600 kB', () => {
    expect(Buffer.byteLength(renderHtml(realReport()))).to.be.lessThan(600_000);
    expect(Buffer.byteLength(renderHtml(fullReport()))).to.be.lessThan(600_000);
  });

  it('loads nothing and lets nothing run but its own style and script', () => {
    const page = renderHtml(hostileReport());
    expect(page).to.not.match(/<(?:link|img|iframe|object|embed|base|audio|video)\b/i);
    expect(page).to.not.match(/<[^>]*\s(?:src|style|on\w+)=/i);
    expect([...page.matchAll(/\shref="([^"]*)"/g)].every(([, href]) => href!.startsWith('#'))).to.equal(true);
    const [policy = ''] = /(?<=Security-Policy" content=")[^"]*/.exec(page) ?? [];
    expect(policy).to.match(/^default-src 'none'; /).and.not.contain('unsafe');
    for (const [tag, directive] of [['style', 'style-src'], ['script', 'script-src']] as const) {
      const blocks = [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))];
      expect(blocks).to.have.lengthOf(1);
      expect(policy).to.contain(`${directive} 'sha256-${createHash('sha256').update(blocks[0]![1]!).digest('base64')}'`);
    }
    expect(page.indexOf('Content-Security-Policy')).to.be.lessThan(page.indexOf('<style>'));
  });

  it('says first that nobody judged it, when nobody did', () => {
    const text = textOf(renderHtml(realReport({ notices: [{ code: 'not-judged', message: 'no baseline was given' }] })));
    expect(text).to.contain('Not judged').and.contain('No baseline was given').and.not.contain('Refused');
  });

  it('links a reason to the rule that it is about', () => {
    const page = renderHtml(fullReport());
    expect(page).to.match(/<a href="#rule-aide_build_database">see the rule<\/a>/);
    expect(page).to.contain('<details class="rule" id="rule-aide_build_database"');
  });

  it('tells why a rule fails and how to fix it: what was looked for, expected, found, and the script', () => {
    const page = renderHtml(fullReport());
    const rule = textOf(page.slice(page.indexOf('id="rule-accounts_maximum_age_login_defs"'), page.indexOf('</details>', page.indexOf('id="rule-accounts_maximum_age_login_defs"'))));
    expect(rule).to.contain('Why it fails').and.contain('Looked for').and.match(/Expected .*≤ 365/).and.match(/Found value 99999/);
    expect(rule).to.contain('How to fix it').and.contain('PASS_MAX_DAYS').and.contain('What is asked for').and.contain('PCI DSS 4');
  });

  it('puts what weighs most first', () => {
    const severities = [...section(renderHtml(fullReport()), 'failing').matchAll(/ (high|medium|low|unknown) (?:fail|error|unknown|not checked) /g)].map(([, severity]) => severity);
    expect(severities.length).to.be.greaterThan(80);
    const order = ['high', 'medium', 'low', 'unknown'];
    expect(severities).to.deep.equal([...severities].sort((a, b) => order.indexOf(a!) - order.indexOf(b!)));
  });

  it('leaves the scripts of the least severe out when there are too many, and says where they are', () => {
    const text = section(renderHtml(fullReport()), 'failing');
    expect(text).to.contain('left out here for its length: it is in the ARF, and in remediation.sh');
    expect(section(renderHtml(hostileReport()), 'failing')).to.not.contain('left out here');
  });

  it('shows who ignores what, why and until when; what expired counts and says so', () => {
    const text = section(renderHtml(fullReport()), 'ignored');
    expect(text).to.contain('3 rules are ignored').and.contain('The next one ends on 1 Dec 2026');
    expect(text).to.contain('ends soon').and.contain('expired, it counts').and.contain('was only for the move').and.contain('platform-security · SEC-123 · approved 1 Nov 2026 · until 1 Dec 2026');
    expect(text).to.contain('1 further entry of the baseline names a rule that this profile does not evaluate');
    expect(section(renderHtml(realReport()), 'ignored'), 'without a baseline').to.equal('');
  });

  it('says what changed since the previous image, the yardstick first', () => {
    const text = section(renderHtml(fullReport()), 'changes');
    expect(text).to.contain('1 rule passed before and does not now.').and.contain('from 99.00 % to 99.00 %');
    expect(text.indexOf('content: 0.1.81 → 0.1.82')).to.be.greaterThan(0).and.lessThan(text.indexOf('No longer pass'));
    expect(text).to.contain('openssl 3.0.15 → 3.0.16').and.contain('curl not installed → 7.88').and.contain('telnet 0.17 → removed').and.contain('var_umask: 027 → 077');
    const rest = fullReport();
    expect(section(renderHtml({ ...rest, comparison: undefined }), 'changes')).to.equal('');
    const held = section(renderHtml({ ...rest, comparison: undefined, identity: { ...rest.identity, previous: { run: 'run-before', arf: 'a'.repeat(64) } } }), 'changes');
    expect(held).to.contain('held this assay against that of run run-before');
  });

  it('tells how hardening went: where the time went, what was rolled back, what failed', () => {
    const text = section(renderHtml(fullReport()), 'hardening');
    expect(text).to.contain('15 steps in 2 passes; 1 min 40 s from connecting to evidence').and.contain('2 steps went wrong');
    expect(text).to.contain('It locked the builder out and was rolled back; the rule counts as failed. A new login did not work after it.');
    expect(text).to.contain('It ended with exit status 1').and.contain('sysctl: permission denied').and.contain('Undone by each other in every pass: package_ufw_removed').and.contain('and 1 more');
    expect(section(renderHtml(realReport()), 'hardening')).to.equal('');
  });

  it('says who signed, as far as it knows', () => {
    const said = (signature: ReturnType<typeof fullReport>['signature']): string => section(renderHtml(fullReport({ signature })), 'identity');
    expect(said({ state: 'unsigned' })).to.contain('Not signed.');
    expect(said({ state: 'verified', keyid: 'ab12', algorithm: 'ed25519', development: false })).to.contain('Verified : ed25519 key ab12').and.not.contain('proves nothing');
    expect(said({ state: 'unchecked', keyid: 'ab12', algorithm: 'ed25519', development: true })).to.contain('not held against a trusted key here').and.contain('development key, which proves nothing');
  });

  it('has something to say when nothing fails', () => {
    const model = realReport();
    const page = renderHtml({ ...model, rules: model.rules.filter(({ standing }) => standing === 'passed') });
    expect(section(page, 'failing')).to.contain('Nothing fails');
  });

  it('gives each rule an address of its own, whatever its id is', () => {
    const [rule] = realReport().rules;
    const page = renderHtml({ ...realReport(), rules: ['a b', 'a:20b', 'a"b', 'ä'].map((id) => ({ ...rule!, rule: id })) });
    const ids = [...page.matchAll(/<details class="rule" id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(4);
    expect(ids.every((id) => !/\s/.test(id!))).to.equal(true);
  });
});
