import { expect } from 'chai';
import { contentCache, contentReader, contentSources, noteProgress } from '../../../src/cli/options/content.ts';
import type { Io } from '../../../src/cli/io.ts';

const content = 'test/fixtures/content/ssg-mini-ds.xml';
const io = (env: Record<string, string> = {}, notes: string[] = []): Io => ({ out: () => undefined, note: (text) => notes.push(text), readStdin: () => Promise.resolve(''), env, isTty: false });

describe('the place of the content', () => {
  it('is what is given, then CUPEL_CACHE, then the cache of the desktop standard', () => {
    const env = { CUPEL_CACHE: '/env', XDG_CACHE_HOME: '/xdg' };
    expect(contentCache(io(env), '/given')).to.equal('/given/content');
    expect(contentCache(io(env))).to.equal('/env/content');
    expect(contentCache(io({ ...env, CUPEL_CACHE: '' }), '')).to.equal('/xdg/cupel/content');
    expect(contentCache(io({ XDG_CACHE_HOME: '' }))).to.match(/\/\.cache\/cupel\/content$/);
  });
});

describe('the sources of the content', () => {
  it('are set by the environment alone', () => {
    expect(contentSources(io())).to.deep.equal({ apt: {}, release: {} });
    expect(contentSources(io({ CUPEL_MIRROR: 'http://m', CUPEL_RELEASES: 'http://r' }))).to.deep.equal({ apt: { mirror: 'http://m' }, release: { baseUrl: 'http://r' } });
  });
});

describe('the reader of the content', () => {
  it('reads the file that is given, once', async () => {
    const read = contentReader(io(), { content });
    const wanted = { product: 'mini', version: '*', sha256: undefined };
    const [first, second] = await Promise.all([read(wanted), read(wanted)]);
    expect(first).to.equal(second);
    expect(first).to.include({ file: content, product: 'mini' });
  });
});

describe('the progress of a fetch', () => {
  it('shows progress and warnings, nothing else', () => {
    const notes: string[] = [];
    const emit = noteProgress(io({}, notes));
    emit({ type: 'progress', message: 'fetching' });
    emit({ type: 'warning', message: 'damaged' });
    emit({ type: 'status', message: '1/2' });
    expect(notes).to.deep.equal(['cupel: fetching', 'cupel: damaged']);
  });
});
