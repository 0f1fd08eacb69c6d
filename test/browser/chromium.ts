import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

export interface View {
  scheme?: 'light' | 'dark';
  /** Pixels; a phone has 390. */
  width?: number;
  script?: boolean;
}

/** A page, and what it did that it should not. */
export interface Opened {
  page: Page;
  /** Every address that it asked for beside its own. */
  requests: string[];
  /** Errors, and what the page's policy forbade. */
  complaints: string[];
}

/** Debian's Chromium without a screen and without any network. */
export class Chromium {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'cupel-page-'));

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Chromium> {
    return new Chromium(await puppeteer.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--host-resolver-rules=MAP * ~NOTFOUND', '--disable-background-networking', '--disable-component-update', '--no-first-run', '--disable-dev-shm-usage',
      ],
    }));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Opens a page as somebody would who got it by mail: from a file. */
  async show(html: string, view: View = {}): Promise<Opened> {
    const file = join(this.#folder, 'page.html');
    writeFileSync(file, html);
    return await this.open(pathToFileURL(file).href, view);
  }

  async open(url: string, { scheme = 'light', width = 1280, script = true }: View = {}): Promise<Opened> {
    const page = await this.#browser.newPage();
    const opened: Opened = { page, requests: [], complaints: [] };
    page.on('request', (request) => { if (request.url() !== url) opened.requests.push(request.url()); });
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warn') opened.complaints.push(message.text()); });
    page.on('pageerror', (error) => opened.complaints.push(String(error)));
    page.on('dialog', (dialog) => { opened.complaints.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
    await page.setJavaScriptEnabled(script);
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(url);
    return opened;
  }
}

/** axe-core with all its rules, best practice included. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const results = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })') as AxeResults;
  expect(results.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`).join(' | ')}`)).to.deep.equal([]);
  // It did look at something.
  expect(results.passes.length).to.be.greaterThan(10);
}
