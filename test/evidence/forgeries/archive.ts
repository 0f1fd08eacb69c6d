import { gzipSync } from 'node:zlib';
import { signedEvidence } from '../sample.ts';
import { archived, changed, type Forgery, tarOf, zip } from './forging.ts';

const entry = (name: string, more: object = {}): Forgery['make'] => () => archived((list) => list.push([{ name, type: 'file', ...more }, Buffer.from('x')]));
const rawTar = async (): Promise<Buffer> => tarOf(await signedEvidence(), () => undefined);
const bytes = async (change: (bundle: Buffer) => Buffer): Promise<Buffer> => change(zip(await rawTar()));

/** Changes the header of the first entry and mends its checksum. */
async function header(change: (block: Buffer) => void): Promise<Buffer> {
  const tar = await rawTar();
  const block = tar.subarray(0, 512);
  change(block);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return zip(tar);
}

/** GNU's long name: an entry of type L whose content is the name of the next. */
async function longName(): Promise<Buffer> {
  const name = Buffer.alloc(512);
  name.write('verdict.json');
  const made = await tarOf(new Map(), (list) => list.push([{ name: '././@LongLink', type: 'file', size: 512 }, name]));
  const block = made.subarray(0, 512);
  block.write('L', 156, 'latin1');
  block.fill(' ', 148, 156);
  block.write(`${block.reduce((total, byte) => total + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return zip(Buffer.concat([made.subarray(0, 1024), await rawTar()]));
}

/** Tricks with the archive itself; no key is needed for them. */
export const archiveForgeries: readonly Forgery[] = [
  { name: 'a symbolic link', code: 'bundle-link', make: entry('report.html', { type: 'symlink', linkname: '/etc/passwd' }) },
  { name: 'a hard link', code: 'bundle-link', make: entry('report.html', { type: 'link', linkname: 'verdict.json' }) },
  { name: 'a directory', code: 'bundle-special', make: entry('report.html', { type: 'directory' }) },
  { name: 'a character device', code: 'bundle-special', make: entry('report.html', { type: 'character-device', devmajor: 1, devminor: 3 }) },
  { name: 'a fifo', code: 'bundle-special', make: entry('report.html', { type: 'fifo' }) },
  { name: 'a path that leads up', code: 'bundle-path', make: entry('../../etc/cron.d/x') },
  { name: 'an absolute path', code: 'bundle-path', make: entry('/etc/passwd') },
  { name: 'a path to here', code: 'bundle-path', make: entry('./verdict.json') },
  { name: 'a path with a backslash', code: 'bundle-path', make: entry('..\\verdict.json') },
  { name: 'a path below a folder', code: 'bundle-path', make: entry('evidence/verdict.json') },
  { name: 'a hidden file', code: 'bundle-path', make: entry('.verdict.json') },
  { name: 'an entry that does not belong there', code: 'bundle-unknown-entry', make: entry('notes.txt') },
  { name: 'a name with a Cyrillic look-alike', code: 'bundle-unknown-entry', make: entry('v\u0435rdict.json') },
  { name: 'a name in fullwidth letters', code: 'bundle-unknown-entry', make: entry('\uff56erdict.json') },
  { name: 'a name with a zero-width space', code: 'bundle-unknown-entry', make: entry('verdict\u200b.json') },
  { name: 'a name in capitals', code: 'bundle-unknown-entry', make: entry('VERDICT.JSON') },
  { name: 'a name with a blank at its end', code: 'bundle-unknown-entry', make: entry('verdict.json ') },
  { name: 'a name that every object has', code: 'bundle-unknown-entry', make: entry('constructor') },
  { name: 'a second verdict', code: 'bundle-duplicate', make: entry('verdict.json') },
  { name: 'a second verdict by way of a pax header', code: 'bundle-duplicate', make: entry('report.html', { pax: { path: 'verdict.json' } }) },
  { name: 'a pax header', code: 'bundle-not-canonical', make: () => archived((list) => { list[0]![0] = { ...list[0]![0], pax: { comment: 'x' } }; }) },
  { name: 'a long name of GNU tar', code: 'bundle-duplicate', make: longName },
  { name: 'other order', code: 'bundle-not-canonical', make: () => archived((list) => list.reverse()) },
  { name: 'a set-uid file', code: 'bundle-not-canonical', make: () => archived((list) => { list[2]![0].mode = 0o4755; }) },
  { name: 'another owner', code: 'bundle-not-canonical', make: () => archived((list) => { list[2]![0].uid = 1000; }) },
  { name: 'another time', code: 'bundle-not-canonical', make: () => archived((list) => { list[2]![0].mtime = new Date(); }) },
  { name: 'a user name', code: 'bundle-not-canonical', make: () => archived((list) => { list[2]![0].uname = 'root'; }) },
  { name: 'something behind a NUL in a name', code: 'bundle-not-canonical', make: () => header((block) => block.write('evil', 60)) },
  { name: 'something hidden behind the end of the archive', code: 'bundle-corrupt', make: async () => zip(Buffer.concat([await rawTar(), Buffer.alloc(512, 'x')])) },
  { name: 'room behind the end of the archive', code: 'bundle-not-canonical', make: async () => zip(Buffer.concat([await rawTar(), Buffer.alloc(512)])) },
  { name: 'a second archive behind the first', code: 'bundle-duplicate', make: async () => zip(Buffer.concat([await rawTar(), await rawTar()])) },
  { name: 'something hidden in the padding of an entry', code: 'bundle-not-canonical', make: async () => {
    const tar = await rawTar();
    const size = parseInt(tar.toString('latin1', 124, 135), 8);
    tar.write('evil', 512 + size + 1);
    return zip(tar);
  } },
  { name: 'an entry that says it is longer than the archive', code: 'bundle-too-large', make: () => header((block) => block.write('77777777777\0', 124)) },
  { name: 'an entry with a size in base 256', code: 'bundle-too-large', make: () => header((block) => { block.fill(0, 124, 136); block[124] = 0x80; block[130] = 0xff; }) },
  { name: 'a header with a wrong checksum', code: 'bundle-corrupt', make: async () => {
    const tar = await rawTar();
    tar.write('9', 100);
    return zip(tar);
  } },
  { name: 'an entry larger than any real one', code: 'bundle-too-large', make: () => archived((list) => {
    const at = list.findIndex(([{ name }]) => name === 'environment.json');
    list[at]![1] = Buffer.alloc(1_048_577);
  }) },
  { name: 'a bomb', code: 'bundle-too-large', make: () => Promise.resolve(gzipSync(Buffer.alloc(80 * 1024 * 1024))) },
  { name: 'something behind the end of the compressed file', code: 'bundle-corrupt', make: () => bytes((bundle) => Buffer.concat([bundle, Buffer.from('x')])) },
  { name: 'a second compressed file behind the first', code: 'bundle-corrupt', make: () => bytes((bundle) => Buffer.concat([bundle, gzipSync('')])) },
  { name: 'a file name in the compressed file', code: 'bundle-corrupt', make: () => bytes((bundle) => { bundle[3] = 8; return Buffer.concat([bundle.subarray(0, 10), Buffer.from('evil\0'), bundle.subarray(10)]); }) },
  { name: 'a wrong checksum of the compressed file', code: 'bundle-corrupt', make: () => bytes((bundle) => { bundle[bundle.length - 5]! ^= 1; return bundle; }) },
  { name: 'a zip', code: 'bundle-corrupt', make: () => Promise.resolve(Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(40)])) },
  { name: 'an empty file', code: 'bundle-truncated', make: () => Promise.resolve(Buffer.alloc(0)) },
  { name: 'an archive of nothing', code: 'hallmark-missing', make: async () => zip(await tarOf(new Map(), () => undefined)) },
  { name: 'a stripped hallmark', code: 'hallmark-missing', make: () => changed((contents) => new Map([...contents].filter(([name]) => name !== 'hallmark.sigstore.json'))) },
  ...['statement.intoto.json', 'verdict.json', 'baseline.lock.yaml', 'arf.xml.gz'].map((without): Forgery => ({
    name: `a bundle without ${without}`, code: 'bundle-incomplete', make: () => changed((contents) => new Map([...contents].filter(([name]) => name !== without))),
  })),
];
