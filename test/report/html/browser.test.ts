import { expect } from 'chai';
import type { Page } from 'puppeteer-core';
import { renderHtml } from '../../../src/report/html/index.ts';
import { Chromium, expectAccessible } from '../../browser/chromium.ts';
import { hostile, hostileReport, realReport } from '../samples.ts';
import { fullReport } from './sample.ts';

const openAll = 'for (const one of document.querySelectorAll("details")) one.open = true';
const shownRules = (page: Page): Promise<unknown> => page.evaluate('[...document.querySelectorAll(".rules > .r")].filter((row) => row.checkVisibility()).length');
const visible = (page: Page, selector: string): Promise<unknown> => page.evaluate(`document.querySelector(${JSON.stringify(selector)}).checkVisibility()`);
const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement.id');

describe('report.html in Chromium', () => {
  let chromium: Chromium;
  before(async () => { chromium = await Chromium.start(); });
  after(() => chromium.stop());

  for (const scheme of ['light', 'dark'] as const) {
    it(`breaks no rule of axe in ${scheme} colours, everything unfolded`, async () => {
      const { page, complaints } = await chromium.show(renderHtml(hostileLikeFull()), { scheme });
      await page.evaluate(openAll);
      await expectAccessible(page);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });
  }

  it('breaks no rule of axe on a phone, and is no wider than one', async () => {
    const { page } = await chromium.show(renderHtml(hostileLikeFull()), { width: 390 });
    await page.evaluate(openAll);
    await expectAccessible(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await page.close();
  });

  it('draws the whole of a real scan, asks for nothing and complains of nothing', async () => {
    const { page, requests, complaints } = await chromium.show(renderHtml(realReport()));
    expect(await page.evaluate('document.querySelectorAll(".rules > .r").length')).to.equal(403);
    expect(await page.evaluate('document.querySelectorAll("#failing details").length')).to.equal(91);
    expect(requests).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('shows hostile text as text: nothing in it becomes an element, runs, or is a link', async () => {
    const { page, requests, complaints } = await chromium.show(renderHtml(hostileReport()));
    await page.evaluate(openAll);
    expect(requests).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
    expect(await page.evaluate('document.querySelectorAll("img, iframe, object, evil, main script, [onerror], [onload]").length')).to.equal(0);
    expect(await page.evaluate('[...document.querySelectorAll("a")].every(({ href }) => href.startsWith(location.href.split("#")[0] + "#"))')).to.equal(true);
    const title = await page.evaluate('document.querySelector("#failing h3").textContent') as string;
    expect(title).to.contain('</script><script>alert(1)</script>').and.contain('⟨U+202E⟩txt.exe').and.not.contain('\u202e');
    expect(title.length).to.be.greaterThan(hostile.length - 50);
    await page.close();
  });

  it('has a policy that stops what would get past the escaping', async () => {
    const page = renderHtml(hostileReport());
    const broken = page.replace('</main>', '<script>document.title = "owned"</script><img src="data:image/png;base64,AAAA" onerror="document.title = \'owned\'"><style>body{display:none}</style><a id="trap" href="javascript:document.title=\'owned\'">x</a><form id="post" action="https://evil.example/"><button>x</button></form></main>');
    expect(broken).to.not.equal(page);
    const { page: opened, complaints } = await chromium.show(broken);
    await opened.evaluate('document.getElementById("trap").click()');
    await opened.evaluate('document.querySelector("#post button").click()');
    expect(await opened.title()).to.equal('golden: refused');
    expect(await opened.evaluate('getComputedStyle(document.body).display')).to.equal('block');
    expect(opened.url()).to.match(/^file:/);
    expect(complaints.filter((text) => text.includes('Content Security Policy')).length).to.be.greaterThan(3);
    expect(await opened.evaluate('(() => { try { document.body.innerHTML = "<b>x</b>"; return "written"; } catch { return "refused"; } })()')).to.equal('refused');
    await opened.close();
  });

  it('finds and filters by keyboard alone', async () => {
    const { page } = await chromium.show(renderHtml(fullReport()));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).to.equal('skip');
    while (await focused(page) !== 'search') await page.keyboard.press('Tab');
    await page.keyboard.type('aide database');
    expect(await shownRules(page)).to.be.greaterThan(0).and.lessThan(15);
    expect(await page.evaluate('document.getElementById("shown").textContent')).to.equal(`${String(await shownRules(page))} of 403 rules`);
    await page.keyboard.press('Tab');
    expect(await focused(page)).to.equal('standing-all');
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).to.equal('standing-failed');
    expect(await page.evaluate('[...document.querySelectorAll(".rules > .r")].filter((row) => row.checkVisibility()).every((row) => row.classList.contains("failed"))')).to.equal(true);
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
    await page.keyboard.type(' nothing is like this');
    expect(await shownRules(page)).to.equal(0);
    expect(await visible(page, '#none')).to.equal(true);
    await page.close();
  });

  it('unfolds a rule that is linked to, from the reasons as from outside', async () => {
    const { page } = await chromium.show(renderHtml(fullReport()));
    expect(await page.evaluate('document.querySelectorAll("#failing details[open]").length')).to.equal(0);
    await page.evaluate('document.querySelector(".reasons a").click()');
    await page.waitForFunction('document.querySelector("#failing details[open]")');
    expect(await page.evaluate('document.querySelector("#failing details[open]").id')).to.equal('rule-aide_build_database');
    expect(await page.evaluate('document.activeElement.tagName')).to.equal('SUMMARY');
    await page.close();
  });

  it('switches colours, and keeps to those of the system until then', async () => {
    const { page } = await chromium.show(renderHtml(fullReport()), { scheme: 'dark' });
    const paper = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await paper();
    await page.click('#theme');
    expect(await paper()).to.not.equal(dark);
    await page.reload();
    expect(await paper(), 'kept').to.not.equal(dark);
    await page.click('#theme');
    expect(await paper()).to.equal(dark);
    await page.close();
  });

  it('reads and filters without a script', async () => {
    const { page } = await chromium.show(renderHtml(fullReport()), { script: false });
    expect(await visible(page, '#search-field')).to.equal(false);
    expect(await shownRules(page)).to.equal(403);
    await page.click('label:has(#standing-ignored)');
    expect(await shownRules(page)).to.equal(2);
    await page.click('.rules > .ignored > summary');
    expect(await visible(page, '.rules > .ignored > div')).to.equal(true);
    await page.close();
  });

  it('prints with what fails unfolded, on paper colours', async () => {
    const { page } = await chromium.show(renderHtml(hostileLikeFull()), { scheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).to.equal('%PDF-');
    await page.emulateMediaType('print');
    expect(await page.evaluate('getComputedStyle(document.documentElement).getPropertyValue("--paper")')).to.equal('#fbfaf7');
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await page.evaluate('document.querySelectorAll("#failing details:not([open])").length')).to.equal(0);
    expect(await visible(page, 'nav')).to.equal(false);
    await page.close();
  });
});

/** Every part of a report around a few rules, some of them hostile: enough for axe, which is slow on hundreds. */
function hostileLikeFull(): ReturnType<typeof fullReport> {
  const full = fullReport();
  const seen = new Map<string, number>();
  const rules = full.rules.filter(({ standing, result }) => {
    const kind = `${standing} ${result}`;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return (seen.get(kind) ?? 0) <= 4;
  });
  return { ...full, rules: [...rules, ...hostileReport().rules] };
}
