import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadOwnFixes, mergeFixes } from '../../src/harden/index.ts';
import { shortId } from '../../src/content/index.ts';
import { rejection, scratch } from '../target/scratch.ts';

describe('loadOwnFixes', () => {
  const directory = scratch();
  const write = (folder: string, file: string, text: string): void => {
    mkdirSync(join(directory.path, folder), { recursive: true });
    writeFileSync(join(directory.path, folder, file), text);
  };

  it('takes those of the family, and those of the product before them', async () => {
    write('ubuntu', 'a.sh', 'family a');
    write('ubuntu', 'b.sh', 'family b');
    write('ubuntu', 'README.md', 'no fix');
    write('ubuntu2204', 'a.sh', 'product a');
    write('debian', 'c.sh', 'another family');
    expect([...await loadOwnFixes(directory.path, 'ubuntu2204')]).to.deep.equal([
      ['a', { text: 'product a', source: 'cupel' }],
      ['b', { text: 'family b', source: 'cupel' }],
    ]);
  });

  it('finds none for a product that has none', async () => {
    expect([...await loadOwnFixes(directory.path, 'rhel9')]).to.deep.equal([]);
  });

  it('does not pass over a folder that cannot be read', async () => {
    writeFileSync(join(directory.path, 'debian'), 'a file in its place');
    expect((await rejection(loadOwnFixes(directory.path, 'debian12'))).code).to.equal('ENOTDIR');
  });
});

describe('mergeFixes', () => {
  it('puts ours in place of the content\'s', () => {
    const merged = mergeFixes(
      new Map([['xccdf_org.ssgproject.content_rule_a', 'content a'], ['xccdf_org.ssgproject.content_rule_b', 'content b']]),
      new Map([['b', { text: 'our b', source: 'cupel' }], ['c', { text: 'our c', source: 'cupel' }]]),
    );
    expect(Object.fromEntries(merged)).to.deep.equal({
      a: { text: 'content a', source: 'content' }, b: { text: 'our b', source: 'cupel' }, c: { text: 'our c', source: 'cupel' },
    });
  });

  it('keeps the ids of other vendors whole', () => {
    expect(shortId('xccdf_com.example_rule_x')).to.equal('xccdf_com.example_rule_x');
  });
});
