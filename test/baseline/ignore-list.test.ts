import { expect } from 'chai';
import fc from 'fast-check';
import { holdsOn, isIsoDate, readIgnoreList, renderIgnoreList } from '../../src/baseline/index.ts';

const codes = (text: string): string[] => readIgnoreList(text).problems.map(({ line, column, code }) => `${line}:${column} ${code}`);

describe('the ignore list', () => {
  it('is one rule per line with its reason behind a #', () => {
    expect(readIgnoreList('# a list\n\n  sysctl_net_ipv4_ip_forward   # containers need it\nservice_x # why # not\n')).to.deep.equal({
      entries: [
        { rule: 'sysctl_net_ipv4_ip_forward', reason: 'containers need it', line: 3 },
        { rule: 'service_x', reason: 'why # not', line: 4 },
      ],
      problems: [],
    });
  });

  it('takes owner, expiry, approval and ticket from the remark; other parts stay in the reason', () => {
    expect(readIgnoreList('r # a; b=c; owner = me ; expires=2027-05-01; approved=2026-01-02; ticket=X-1').entries).to.deep.equal([
      { rule: 'r', line: 1, reason: 'a; b=c', owner: 'me', expires: '2027-05-01', approved: '2026-01-02', ticket: 'X-1' },
    ]);
  });

  it('accepts full rule ids, a byte order mark and Windows line ends', () => {
    expect(readIgnoreList('\uFEFFxccdf_org.ssgproject.content_rule_a # x\r\nb # y\r\n').entries.map(({ rule, reason }) => [rule, reason])).to.deep.equal([['a', 'x'], ['b', 'y']]);
  });

  it('names line and column of what is wrong', () => {
    expect(codes('a\n b c # x\na2 #\na3 # ;owner=me\nr # x; expires=2027-02-30\n')).to.deep.equal([
      '1:1 ignore-no-reason', '2:2 ignore-syntax', '3:1 ignore-no-reason', '4:1 ignore-no-reason', '5:8 ignore-date',
    ]);
  });

  it('refuses a rule that is there twice, under whichever id', () => {
    expect(codes('a # x\nxccdf_org.ssgproject.content_rule_a # y')).to.deep.equal(['2:1 ignore-duplicate']);
  });

  it('never throws and never makes an entry without rule and reason, whatever it is given', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('a', '#', '\n', ' ', ';', 'owner=', 'expires=2027-01-01', '-', '\r')).map((parts) => parts.join(''))), (text) => {
      const { entries, problems } = readIgnoreList(text);
      for (const { rule, reason } of entries) expect(rule !== '' && reason !== '').to.equal(true);
      const written = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.split('#')[0]?.trim() !== '').length;
      expect(entries.length + problems.length).to.equal(written);
    }), { numRuns: 2000 });
  });
});

describe('expiry', () => {
  it('comes at the end of the day, UTC', () => {
    expect(holdsOn('2027-05-01', new Date('2027-05-01T23:59:59.999Z'))).to.equal(true);
    expect(holdsOn('2027-05-01', new Date('2027-05-02T00:00:00Z'))).to.equal(false);
  });

  it('knows the calendar', () => {
    expect(['2028-02-29', '2027-12-31'].map(isIsoDate)).to.deep.equal([true, true]);
    expect(['2027-02-29', '2027-13-01', '2027-1-1', '', 'tomorrow'].map(isIsoDate)).to.deep.equal([false, false, false, false, false]);
  });
});

describe('a written ignore list', () => {
  const entry = { rule: 'r', reason: 'why', owner: 'me', expires: '2027-05-01', approved: undefined, ticket: undefined };

  it('is one line per rule', () => {
    expect(renderIgnoreList([{ ...entry, reason: 'first;\n  second', ticket: 'X-1' }], 'of\nweb')).to.equal('# of web\nr  # first, second; owner=me; expires=2027-05-01; ticket=X-1\n');
  });

  it('keeps a reason that looks like a term', () => {
    expect(readIgnoreList(renderIgnoreList([{ ...entry, reason: 'ticket=no' }], 'h')).entries).to.deep.equal([{ rule: 'r', line: 2, reason: 'because ticket=no', owner: 'me', expires: '2027-05-01' }]);
  });

  it('is read back to the same rules and terms, whatever the reasons', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ä', ' ', ';', '#', '=', '\n', '\r', '\t', 'owner=', 'expires=x', 'ticket=') }).filter((made) => /[a-zä#=]/.test(made.replace(/owner=|expires=x|ticket=/g, '')));
    const owner = fc.constantFrom('me', 'platform-security', 'a b');
    const day = fc.constantFrom('2027-05-01', '2028-02-29');
    fc.assert(fc.property(fc.array(fc.record({ reason: text, owner, expires: day, approved: fc.option(day, { nil: undefined }), ticket: fc.option(owner, { nil: undefined }) })), (made) => {
      const given = made.map((one, at) => ({ rule: `rule_${at}`, ...one }));
      const { entries, problems } = readIgnoreList(renderIgnoreList(given, 'list'));
      expect(problems).to.deep.equal([]);
      expect(entries.map(({ rule, owner: by, expires, approved, ticket }) => ({ rule, owner: by, expires, approved, ticket })))
        .to.deep.equal(given.map(({ rule, owner: by, expires, approved, ticket }) => ({ rule, owner: by, expires, approved, ticket })));
      for (const { reason } of entries) expect(reason).not.to.equal('');
    }));
  });
});
