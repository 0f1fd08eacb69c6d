import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAssay, type ReadAssayOptions } from '../../src/assay/index.ts';
import { EvidenceError, ExitCode } from '../../src/errors.ts';
import { arf } from './read/sample.ts';

describe('readAssay', () => {
  let folder: string;
  before(() => { folder = mkdtempSync(join(tmpdir(), 'cupel-assay-')); });
  after(() => rmSync(folder, { recursive: true }));

  const file = (content: Uint8Array | string): string => {
    const path = join(folder, 'arf.xml');
    writeFileSync(path, content);
    return path;
  };
  const refusal = async (path: string, options?: ReadAssayOptions): Promise<EvidenceError> => {
    try {
      await readAssay(path, options);
    } catch (error) {
      expect(error).to.be.instanceOf(EvidenceError);
      return error as EvidenceError;
    }
    throw new Error('it was accepted');
  };
  const gz = gzipSync(arf());

  it('reads the same from a plain and from a compressed file', async () => {
    const plain = await readAssay(file(arf()));
    expect(plain.rules).to.have.length(2);
    expect(await readAssay(file(gz))).to.deep.equal(plain);
  });

  it('reads a file compressed in several members', async () => {
    const text = arf();
    const members = Buffer.concat([gzipSync(text.slice(0, 300)), gzipSync(text.slice(300))]);
    expect((await readAssay(file(members))).rules).to.have.length(2);
  });

  it('reads a file bigger than many chunks, compressed or not', async () => {
    const long = arf().replace('<arf:reports>', `<!--${'padding '.repeat(100_000)}--><arf:reports>`);
    expect((await readAssay(file(long))).rules).to.have.length(2);
    expect((await readAssay(file(gzipSync(long, { level: 0 })))).rules).to.have.length(2);
  });

  it('says that a file is missing, as evidence', async () => {
    const error = await refusal(join(folder, 'none.xml'));
    expect(error).to.include({ code: 'evidence-missing', exitCode: ExitCode.evidence });
    expect(error.message).to.include('none.xml');
  });

  it('refuses a folder', async () => expect((await refusal(folder)).code).to.equal('evidence-unreadable'));
  it('refuses an empty file', async () => expect((await refusal(file(''))).code).to.equal('xml-empty'));
  it('refuses a compressed empty file', async () => expect((await refusal(file(gzipSync('')))).code).to.equal('xml-empty'));

  it('names the file, the byte and the code of a broken document', async () => {
    const error = await refusal(file(arf().replace('</arf:content>', '</content>')));
    expect(error.code).to.equal('xml-mismatch');
    expect(error.message).to.match(/arf\.xml: XML byte \d+: /);
    expect((await refusal(file('<a/>'))).code).to.equal('arf-root');
  });

  it('refuses a compressed file that ends at any byte before its end', async () => {
    for (let end = 1; end < gz.length; end += 1 + Math.floor(gz.length / 60)) {
      expect((await refusal(file(gz.subarray(0, end)))).code, `first ${end} bytes`).to.be.oneOf(['gzip-truncated', 'xml-truncated', 'xml-malformed', 'xml-outside-root']);
    }
  });

  it('refuses a compressed file with a damaged byte', async () => {
    for (const at of [3, Math.floor(gz.length / 2), gz.length - 6, gz.length - 2]) {
      const damaged = Buffer.from(gz);
      damaged[at] = damaged[at]! ^ 0xff;
      expect(await refusal(file(damaged)), `byte ${at}`).to.be.instanceOf(EvidenceError);
    }
  });

  for (const [what, garbage] of [['text', Buffer.from('garbage')], ['zeros', Buffer.alloc(100)], ['much', Buffer.alloc(1 << 20)], ['half a header', Buffer.from([0x1f, 0x8b])], ['one byte', Buffer.from([0])]] as const) {
    it(`refuses a compressed file with something behind its end: ${what}`, async () => {
      expect((await refusal(file(Buffer.concat([gz, garbage])))).code).to.be.oneOf(['gzip-corrupt', 'gzip-truncated']);
    });
  }

  it('refuses a second document compressed behind the first', async () => {
    expect((await refusal(file(Buffer.concat([gz, gz])))).code).to.be.oneOf(['xml-malformed', 'xml-outside-root']);
  });

  it('stops at the limit, whatever a small file swells to', async () => {
    const bomb = gzipSync(arf() + ' '.repeat(1 << 24));
    expect(bomb.length).to.be.lessThan(100_000);
    expect((await refusal(file(bomb), { maxBytes: 1 << 20 })).code).to.equal('evidence-too-large');
    expect((await refusal(file(arf() + ' '.repeat(1 << 21)), { maxBytes: 1 << 20 })).code).to.equal('evidence-too-large');
  });
});
