import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EvidenceError } from '../../src/errors.ts';
import { createLog } from '../../src/cli/log.ts';

describe('createLog', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cupel-log-'));
    file = join(directory, 'log.jsonl');
  });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });

  const written = (): Record<string, unknown>[] => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

  it('has everything in the file once it is flushed, and still after more', async () => {
    const log = createLog({ file });
    for (let n = 0; n < 5000; n += 1) log.event({ type: 'step', index: n, total: 5000, rule: 'a', outcome: 'ok', seconds: 0 });
    await log.flush();
    expect(written()).to.have.lengthOf(5000);
    log.failure('cupel: it ended [arf-truncated]');
    await log.close();
    await log.close();
    expect(written()).to.have.lengthOf(5001);
    expect(written().at(-1)).to.include({ level: 'error', message: 'cupel: it ended [arf-truncated]' }).and.to.have.property('timestamp');
  });

  it('keeps secrets out of both, and the file to its owner', async () => {
    const notes: string[] = [];
    const log = createLog({ file, io: { note: (text) => notes.push(text) } });
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----';
    log.warn(`key ${key} given`, { key, nested: { password: 'hunter2', list: [`token=${'x'.repeat(30)}`] }, failed: new Error('https://me:hunter2@host/ is down') });
    log.event({ type: 'warning', message: `said ${key}` });
    await log.close();
    const text = readFileSync(file, 'utf8') + notes.join('');
    expect(text).not.to.match(/hunter2|c2VjcmV0|xxxxx/);
    expect(written()[0]).to.have.property('message', 'key [private key] given');
    expect(notes).to.deep.equal(['warn: key [private key] given\n']);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('tells a person warnings and errors only, unless asked for more', async () => {
    for (const [verbose, expected] of [[false, ['warn: b\n', 'error: c\n']], [true, ['debug: d\n', 'info: a\n', 'warn: b\n', 'error: c\n']]] as const) {
      const notes: string[] = [];
      const log = createLog({ file, verbose, io: { note: (text) => notes.push(text) } });
      log.debug('d');
      log.info('a');
      log.warn('b');
      log.error('c');
      await log.close();
      expect(notes).to.deep.equal(expected);
      expect(written().map(({ level }) => level)).to.deep.equal(['debug', 'info', 'warn', 'error']);
    }
  });

  it('says so when the file cannot be written', async () => {
    const log = createLog({ file: join(directory, 'no', 'log.jsonl') });
    log.info('a');
    const error = await log.close().then(() => undefined, (thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(EvidenceError).with.property('code', 'log-unwritable');
  });
});
