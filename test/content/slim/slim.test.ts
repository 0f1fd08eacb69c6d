import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { readContentIndex, slimContent, type ContentIndex, type SlimOptions, type SlimSubject } from '../../../src/content/index.ts';
import { ConfigurationError } from '../../../src/errors.ts';
import { expectGolden } from '../../golden.ts';

const path = 'test/fixtures/content/ssg-reach-ds.xml';
const subject = (more: Partial<SlimSubject> = {}): SlimSubject => ({
  name: 'reach', sha256: 'a'.repeat(64), profile: 'xccdf_org.ssgproject.content_profile_base', select: [], deselect: [], values: {}, ...more,
});
const refusal = (promise: Promise<unknown>): Promise<ConfigurationError> => promise.then(() => { throw new Error('was accepted'); }, (error: unknown) => {
  expect(error).to.be.instanceOf(ConfigurationError);
  return error as ConfigurationError;
});

describe('slim content', () => {
  let index: ContentIndex;
  before(async () => { index = await readContentIndex(path); });
  const slim = async (more: Partial<SlimSubject> = {}, options: SlimOptions = {}): Promise<string> =>
    Buffer.from((await slimContent(path, subject(more), index, options)).bytes).toString();

  it('holds what a baseline reaches, whatever the way, and nothing else', async () => {
    expectGolden(await slim(), new URL('golden/reach.xml', import.meta.url));
  });

  it('is the same bytes every time, from a path and from bytes alike, and names both digests', async () => {
    const first = await slimContent(path, subject(), index);
    const second = await slimContent(await readFile(path), subject(), index);
    expect(second).to.deep.equal(first);
    expect(first.sha256).to.equal(createHash('sha256').update(first.bytes).digest('hex'));
    expect(first.source).to.deep.equal({ sha256: index.sha256, size: index.size });
    expect(first.size).to.equal(first.bytes.length);
    expect(first.rules).to.equal(2);
  });

  it('keeps every selected tag and text byte for byte: only whole elements and indentation are missing', async () => {
    const lines = (text: string): string[] => text.split(/(?<=>)\s*\n\s*(?=<)/).map((line) => line.trim());
    const whole = new Set(lines(await readFile(path, 'utf8')));
    const made = lines((await slim()).replace(/^<!--.*-->\n/m, ''));
    // Elements whose indentation went stand on one line now: each of their tags is a line of the original.
    expect(made.flatMap((line) => line.split(/(?<=>)(?=<)/)).filter((line) => ![...whole].some((original) => original.includes(line)))).to.deep.equal([]);
  });

  it('follows profiles that extend others, and scripts inside a complex check', async () => {
    const more = await slim({ profile: 'xccdf_org.ssgproject.content_profile_more' });
    expect(more).to.contain('content_profile_base"').and.to.contain('content_profile_more"').and.not.to.contain('content_profile_all"');
    expect(more).to.contain('cat:uri name="one.sh"').and.to.contain('ecomp_one.sh" timestamp').and.to.contain('content_group_scripts"');
    expect(more).not.to.contain('two.sh');
  });

  it('keeps a remote resource that a selected rule asks for', async () => {
    const all = await slim({ profile: 'xccdf_org.ssgproject.content_profile_all' });
    expect(all).to.contain('https://feed.example/oval.xml.bz2').and.to.contain('cat:uri name="feed.xml.bz2"');
    expect(await slim()).not.to.contain('feed');
  });

  it('knows by name what the tailoring deselects, ignores or sets, so that oscap does not warn', async () => {
    const tailored = await slim({ deselect: ['banner'], ignore: [{ rule: 'other' }], values: { var_other: '1' }, harden: { skip: ['patches'] } });
    expect(tailored).to.match(/<xccdf-1.2:Rule [^>]*content_rule_banner"[^>]*>\s*<xccdf-1.2:title>There is a banner<\/xccdf-1.2:title>\s*<\/xccdf-1.2:Rule>/);
    expect(tailored).to.contain('content_rule_other"').and.to.contain('content_rule_patches"').and.to.contain('content_value_var_other"');
    expect(tailored).not.to.contain('oval:ssg-banner:def:1').and.not.to.contain('two.sh');
  });

  it('selects what the baseline adds to the profile', async () => {
    const added = await slim({ select: ['other'], selectGroups: ['none'] });
    expect(added).to.contain('two.sh').and.to.contain('Nothing in it is reached');
  });

  it('keeps prose, other fixes and other references when asked, and what these reach', async () => {
    const spare = await slim();
    expect(spare).not.to.contain('Prose').and.not.to.contain('script:ansible').and.not.to.contain('cisecurity.org/controls');
    expect(await slim({}, { descriptions: true })).to.contain('Prose about the group').and.to.contain('Prose about the value').and.to.contain('content_value_var_other" type');
    expect(await slim({}, { fixes: true })).to.contain('script:ansible').and.to.contain('content_value_var_other" type');
    expect(await slim({}, { references: true })).to.contain('cisecurity.org/controls');
  });

  it('refuses content that the baseline was not resolved with', async () => {
    expect(await refusal(slimContent('test/fixtures/content/ssg-mini-ds.xml', subject(), index))).to.include({ code: 'content-digest' });
  });

  it('refuses content that is not there, or lacks the profile', async () => {
    expect(await refusal(slimContent('/nonexistent/ds.xml', subject(), index))).to.include({ code: 'content-not-found' });
    expect(await refusal(slimContent(path, subject({ profile: 'xccdf_org.ssgproject.content_profile_bse' }), index))).to.include({ code: 'unknown-profile' });
  });
});
