import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openStore } from '../../src/evidence/index.ts';
import { hallmarkOf, storeOfBundle } from '../../src/publish/index.ts';

describe('the hallmark of an image', () => {
  let server: Server;
  let answer: number;
  beforeEach((done) => { server = createServer((_, response) => { response.writeHead(answer).end(answer === 200 ? 'no pointer' : ''); }).listen(0, '127.0.0.1', done); });
  afterEach((done) => { server.closeAllConnections(); server.close(done); });

  for (const [status, state, code] of [
    [404, 'missing', 'store-missing'], [403, 'not checked', 'store-denied'], [503, 'not checked', 'store-unreachable'], [418, 'not checked', 'store-answer'], [200, 'untrusted', 'json-'],
  ] as const) {
    it(`is ${state} when the store answers ${status}`, async () => {
      answer = status;
      const store = await openStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { patience: { attempts: 1, pause: 1, idle: 5000 } });
      const finding = await hallmarkOf('ami-0123456789abcdef0', undefined, store, { keys: [], developmentKey: undefined, allowDevelopment: false }, new Date());
      expect(finding.state).to.equal(state);
      expect(finding).to.have.property('reason').that.contains(`[${code}`);
    });
  }

  it('is looked for only where a bundle could be, by its address', async () => {
    const name = `bundles/${'0'.repeat(64)}.cupel.tgz`;
    for (const place of ['s3://bucket/golden', 's3://bucket', 'gs://bucket/a/b', 'https://evidence.example.org/golden']) {
      expect((await storeOfBundle(`${place}/${name}`))?.url).to.equal(place);
    }
    for (const address of ['', name, `/srv/evidence/${name}`, `file:///srv/${name}`, `http://127.0.0.1/${name}`, `s3://bucket?endpoint=https://example.org/${name}`, `s3://user@bucket/${name}`, `https://u:p@example.org/${name}`, 's3://bucket/bundles/1.cupel.tgz']) {
      expect(await storeOfBundle(address), address).to.equal(undefined);
    }
  });
});
