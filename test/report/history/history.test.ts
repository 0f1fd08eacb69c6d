import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { buildOf, changesBetween } from '../../../src/report/history/build.ts';
import { collectHistory, writeHistory } from '../../../src/report/history/index.ts';
import { Chromium, expectAccessible } from '../../browser/chromium.ts';
import { cupel } from '../../cli/cupel.ts';
import { openStore } from '../../../src/evidence/index.ts';
import { otherRun, run as bundledRun } from '../../evidence/sample.ts';
import { build, bundleFile, bundleWithReport, filesOf, partsOf } from './store.ts';

const night = (date: number): string => `2026-11-${String(date).padStart(2, '0')}T02:00:00.000Z`;
const textOf = (page: string): string => page.replace(/<(style|script)>[^]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('cupel history', () => {
  let root: string;
  let site: string;
  beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'cupel-history-')); site = join(root, 'site'); });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function draw(): Promise<(name: string) => string> {
    await writeHistory(await collectHistory(root, site), root, site);
    return (name) => readFileSync(join(site, name), 'utf8');
  }

  describe('collecting', () => {
    it('puts the builds of each name in the order in which they were judged, wherever they lie', async () => {
      build(join(root, 'b', 'deep'), { run: 'r2', judged: night(2) });
      build(root, { run: 'r3', judged: night(3) });
      build(join(root, 'a'), { run: 'r1', judged: night(1) });
      build(root, { image: 'db', run: 'r4', judged: night(1) });
      const { lines, unreadable } = await collectHistory(root, site);
      expect(lines.map(({ image, builds }) => [image, builds.map(({ run }) => run)])).to.deep.equal([['db', ['r4']], ['web', ['r1', 'r2', 'r3']]]);
      expect(unreadable).to.deep.equal([]);
    });

    it('reads bundles without their ARF, and counts a build once that is there as bundle and as directory', async () => {
      await bundleFile(join(root, 'one.cupel.tgz'), 'web', bundledRun);
      const [line] = (await collectHistory(root, site)).lines;
      expect(line?.builds).to.have.lengthOf(1);
      expect(line?.builds[0]).to.include({ image: 'web', run: bundledRun, outcome: 'accepted', path: 'one.cupel.tgz', report: undefined, passed: 4, failed: 1, when: '2026-11-23T15:40:00.000Z' });
      build(root, { run: bundledRun, judged: night(1), report: true });
      const [both] = (await collectHistory(root, site)).lines;
      expect(both?.builds.map(({ report }) => report)).to.deep.equal([`web-${bundledRun}/report.html`]);
    });

    it('does not look into an evidence directory for more, nor into hidden ones', async () => {
      const folder = build(root, { run: 'r1', judged: night(1) });
      await bundleFile(join(folder, 'inside.cupel.tgz'), 'other', bundledRun);
      build(join(root, '.web-r9.partial'), { run: 'r9' });
      expect((await collectHistory(root, site)).lines.map(({ image }) => image)).to.deep.equal(['web']);
    });

    it('takes the time of the file where the evidence does not say when it was judged', async () => {
      build(root, { run: 'old' });
      expect((await collectHistory(root, site)).lines[0]?.builds[0]?.when).to.equal('2026-01-01T00:00:00.000Z');
    });

    for (const [what, spoil] of [
      ['is not JSON', (text: string) => text.slice(1)], ['lacks what it must say', () => '{}'], ['says a rate above 1', (text: string) => text.replace(/"pass_rate": [^,]+/, '"pass_rate": 1.5')],
      ['names an image that would be a path', (text: string) => text.replace('"target": "web"', '"target": "../web"')], ['is far too large', () => ' '.repeat(2 * 1024 * 1024 + 1)],
    ] as const) {
      it(`tells of evidence whose verdict ${what}`, async () => {
        build(root, { run: 'good', judged: night(1) });
        const folder = build(root, { run: 'bad', judged: night(2) });
        writeFileSync(join(folder, 'verdict.json'), spoil(filesOf({ run: 'bad' })['verdict.json']!));
        const { lines, unreadable } = await collectHistory(root, site);
        expect(lines[0]?.builds.map(({ run }) => run)).to.deep.equal(['good']);
        expect(unreadable.map(({ path }) => path)).to.deep.equal(['web-bad']);
        expect(unreadable[0]?.reason).to.contain('verdict.json');
      });
    }

    it('tells of bundles that are cut short, or none', async () => {
      await bundleFile(join(root, 'whole.cupel.tgz'), 'web', bundledRun);
      const bytes = readFileSync(join(root, 'whole.cupel.tgz'));
      writeFileSync(join(root, 'cut.cupel.tgz'), bytes.subarray(0, 600));
      writeFileSync(join(root, 'none.cupel.tgz'), 'not an archive');
      writeFileSync(join(root, 'empty.cupel.tgz'), '');
      const { lines, unreadable } = await collectHistory(root, site);
      expect(lines[0]?.builds).to.have.lengthOf(1);
      expect(unreadable.map(({ path }) => path)).to.deep.equal(['cut.cupel.tgz', 'empty.cupel.tgz', 'none.cupel.tgz']);
    });
  });

  describe('what changed', () => {
    it('is told from one build to the next: failing, ignored, and the yardstick', async () => {
      build(root, { run: 'r1', judged: night(1), failing: ['a', 'b', 'c'], ignored: ['x'] });
      build(root, { run: 'r2', judged: night(2), failing: ['b', 'd'], ignored: ['c', 'y'], content: '0.1.83', baseline: 'e' });
      const [one, two] = (await collectHistory(root, site)).lines[0]!.builds;
      expect(changesBetween(one!, two!)).to.deep.equal({
        newlyFailing: ['d'], noLongerFailing: ['a'], newlyIgnored: ['c', 'y'], noLongerIgnored: ['x'],
        yardstick: ['content 0.1.82 → 0.1.83', 'baseline edited'],
      });
      expect(Object.values(changesBetween(two!, two!)).flat()).to.deep.equal([]);
    });
  });

  describe('the site', () => {
    it('begins with a page of every image, what was refused last first, and leads to a page of each', async () => {
      build(root, { image: 'aaa', run: 'r1', judged: night(1) });
      build(root, { image: 'zzz', run: 'r2', judged: night(1) });
      build(root, { image: 'zzz', run: 'r3', judged: night(2), failing: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], refused: ['the pass rate 0.9333 is below 0.98'] });
      const page = await draw();
      expect([...page('index.html').matchAll(/<h2><a href="([^"]+)">/g)].map(([, href]) => href)).to.deep.equal(['image-zzz.html', 'image-aaa.html']);
      expect(textOf(page('index.html'))).to.contain('2 images').and.contain('3 builds').and.contain('1 image refused at the last build').and.contain('93.33 %').and.contain('7 newly failing');
      const line = textOf(page('image-zzz.html'));
      expect(line).to.contain('2 builds').and.contain('the pass rate 0.9333 is below 0.98').and.contain('newly failing a , b , c , d , e , f and 1 more');
      expect(line.indexOf('2 Nov 2026')).to.be.lessThan(line.lastIndexOf('1 Nov 2026'));
    });

    it('leads to the report of each build, and to the bundle where there is none', async () => {
      build(join(root, 'with space'), { run: 'r1', judged: night(1), report: true });
      await bundleFile(join(root, 'x.cupel.tgz'), 'web', bundledRun);
      const page = await draw();
      const links = [...page('image-web.html').matchAll(/<a href="([^"]+)">(report|evidence)<\/a>/g)].map(([, href, label]) => [label, resolve(site, decodeURIComponent(href!))]);
      expect(links).to.deep.equal([['evidence', join(root, 'x.cupel.tgz')], ['report', join(root, 'with space', 'web-r1', 'report.html')]]);
      expect(links.every(([, file]) => existsSync(file!))).to.equal(true);
    });

    it('takes the report out of a bundle, once', async () => {
      writeFileSync(join(root, 'x.cupel.tgz'), await bundleWithReport('web', bundledRun));
      const page = await draw();
      const [, href = ''] = /<a href="([^"]+)">report<\/a>/.exec(page('image-web.html')) ?? [];
      expect(readFileSync(resolve(site, href), 'utf8')).to.equal(`<!doctype html><title>${bundledRun}</title>`);
      writeFileSync(resolve(site, href), 'as it was');
      await draw();
      expect(readFileSync(resolve(site, href), 'utf8')).to.equal('as it was');
    });

    it('is drawn from a store, whose bundles are loaded once', async () => {
      const place = pathToFileURL(join(root, 'store')).href;
      const store = await openStore(place);
      const first = await store.put(await bundleWithReport('web', bundledRun), []);
      expect(cupel('history', place, '--out', site).stdout).to.equal(`${site}/index.html: 1 image, 1 build\n`);
      const kept = join(site, 'bundles', `${first.sha256}.cupel.tgz`);
      const { mtimeMs } = statSync(kept);
      await store.put(await bundleWithReport('web', otherRun), []);
      expect(cupel('history', place, '--out', site).stdout).to.equal(`${site}/index.html: 1 image, 2 builds\n`);
      expect(statSync(kept).mtimeMs).to.equal(mtimeMs);
      expect(readdirSync(join(site, 'reports'))).to.have.lengthOf(2);
    });

    it('is not drawn from a web server, which does not say what it holds', () => {
      const { status, stderr } = cupel('history', 'https://evidence.example/store', '--out', site);
      expect([status, stderr]).to.deep.equal([3, 'cupel: https://evidence.example/store: a web server does not say what it holds [store-unlistable]\n  remedy: keep a copy of the store in a directory, and give that\n']);
    });

    it('is the same bytes for the same evidence, and leaves nothing half written', async () => {
      for (let date = 1; date <= 5; date++) build(root, { run: `r${date}`, judged: night(date), failing: ['a'].slice(date % 2), seconds: 600 + date });
      const first = (await draw())('image-web.html');
      expect((await draw())('image-web.html')).to.equal(first);
      expect(readdirSync(site).sort()).to.deep.equal(['image-web.html', 'index.html']);
    });

    it('says on its first page what it could not read', async () => {
      build(root, { run: 'good', judged: night(1) });
      writeFileSync(join(build(root, { run: 'bad' }), 'verdict.json'), '<script>');
      expect(textOf((await draw())('index.html'))).to.contain('1 piece of evidence could not be read and is missing here').and.contain('web-bad');
    });

    it('shows hostile names of rules and reasons as text', async () => {
      build(root, { run: 'r1', judged: night(1) });
      build(root, { run: 'r2', judged: night(2), failing: ['<img src=x onerror=alert(1)>'], refused: ['"><script>alert(1)</script>'] });
      const page = (await draw())('image-web.html');
      expect(page).to.not.contain('<img').and.not.contain('<script>alert');
      expect(page).to.contain('&lt;img src=x onerror=alert(1)&gt;');
    });

    it('keeps its first page small with ten images of 400 builds', async () => {
      const lines = Array.from({ length: 10 }, (_, image) => ({
        image: `image${image}`,
        builds: Array.from({ length: 400 }, (__, at) => buildOf(`web-${at}`, partsOf({ image: `image${image}`, run: `r${at}`, judged: new Date(Date.UTC(2025, 0, 1 + at)).toISOString(), failing: ['a', 'b', 'c'].slice(at % 4) }))),
      }));
      await writeHistory({ lines, unreadable: [] }, root, site);
      const index = readFileSync(join(site, 'index.html'));
      expect(index.length).to.be.lessThan(300_000);
      expect(textOf(index.toString())).to.contain('4000 builds');
    });
  });

  describe('in Chromium', () => {
    let chromium: Chromium;
    before(async () => { chromium = await Chromium.start(); });
    after(() => chromium.stop());

    for (const [scheme, width] of [['light', 1280], ['dark', 390]] as const) {
      it(`breaks no rule of axe, opens from files and fits, in ${scheme} colours at ${width} pixels`, async () => {
        for (let date = 1; date <= 9; date++) build(root, { run: `r${date}`, judged: night(date), failing: date === 4 ? ['a', 'b'] : ['a'], ignored: ['i'], seconds: 600 + 50 * date, report: date > 5, ...(date === 4 ? { refused: ['too low'] } : {}) });
        writeFileSync(join(build(root, { run: 'bad' }), 'verdict.json'), '{}');
        await draw();
        const { page, requests, complaints } = await chromium.open(pathToFileURL(join(site, 'index.html')).href, { scheme, width });
        await expectAccessible(page);
        expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
        await Promise.all([page.waitForNavigation(), page.click('.lines h2 a')]);
        await expectAccessible(page);
        expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
        expect(await page.evaluate('document.querySelectorAll("svg.chart").length')).to.equal(3);
        expect(await page.evaluate('document.querySelectorAll("svg.chart circle.refused").length')).to.equal(3);
        await Promise.all([page.waitForNavigation(), page.click('.builds a')]);
        expect(page.url()).to.equal(pathToFileURL(join(root, 'web-r9', 'report.html')).href);
        expect(requests.filter((url) => !url.startsWith('file:'))).to.deep.equal([]);
        expect(complaints).to.deep.equal([]);
        await page.close();
      });
    }
  });

  describe('the command', () => {
    it('says what it drew', () => {
      build(root, { run: 'r1', judged: night(1) });
      const { status, stdout } = cupel('history', root, '-o', site, '--json');
      expect(JSON.parse(stdout)).to.deep.equal({ site, images: 1, builds: 1, unreadable: [] });
      expect(status).to.equal(0);
      expect(existsSync(join(site, 'index.html'))).to.equal(true);
    });

    it('draws what it can and ends with 3 when something could not be read', () => {
      build(root, { run: 'r1', judged: night(1) });
      writeFileSync(join(build(root, { run: 'bad' }), 'verdict.json'), 'x');
      const { status, stdout, stderr } = cupel('history', root, '-o', site);
      expect(status).to.equal(3);
      expect(stdout).to.contain('1 image, 1 build');
      expect(stderr).to.contain('not in the history: web-bad/verdict.json');
    });

    it('refuses a place without evidence, one that is not there, and one that cannot be written', () => {
      mkdirSync(join(root, 'nothing'));
      const empty = cupel('history', join(root, 'nothing'), '-o', site);
      expect([empty.status, empty.stderr]).to.satisfy(([status, text]: [number, string]) => status === 3 && text.includes('[history-empty]'));
      expect(existsSync(site)).to.equal(false);
      expect(cupel('history', join(root, 'missing'), '-o', site).stderr).to.contain('[history-root]');
      build(root, { run: 'r1', judged: night(1) });
      writeFileSync(site, 'a file');
      expect(cupel('history', root, '-o', site).stderr).to.contain('[history-unwritable]');
    });
  });
});
