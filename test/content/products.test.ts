import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fetchContent } from '../../src/content/index.ts';
import { isPackaged, packageOf, products } from '../../src/content/products.ts';
import { ConfigurationError } from '../../src/errors.ts';
import type { CupelEvent } from '../../src/events.ts';

describe('the products that Debian packages', () => {
  it('are those of the shipped baselines, other versions and relatives', () => {
    expect([...products, 'debian14', 'fedora', 'ocp4', 'openeuler2203', 'slmicro6', 'ubuntu2604'].filter((product) => !isPackaged(product))).to.deep.equal([]);
    expect([packageOf('debian14'), packageOf('ubuntu2604'), packageOf('sle16')]).to.deep.equal(['ssg-debian', 'ssg-debderived', 'ssg-nondebian']);
  });

  for (const [product, remedy] of [
    ['debain12', 'did you mean debian12?'], ['rehl9', 'did you mean rhel9?'], ['Debian12', 'did you mean debian12?'], ['windows2025', 'for example debian12, '],
  ] as const) {
    it(`are asked nothing about ${product}`, async () => {
      const events: CupelEvent[] = [];
      const cacheDir = await mkdtemp(join(tmpdir(), 'cupel-test-'));
      const error: unknown = await fetchContent({ product, cacheDir, apt: { mirror: 'http://127.0.0.1:1/' }, emit: (event) => events.push(event) }).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error).to.have.property('code', 'content-product');
      expect(error).to.have.property('remedy').that.contains(remedy);
      expect(events).to.deep.equal([]);
    });
  }
});
