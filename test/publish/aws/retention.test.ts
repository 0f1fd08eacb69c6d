import { expect } from 'chai';
import fc from 'fast-check';
import { type ImageFacts, tag } from '../../../src/publish/aws/facts.ts';
import { retirable } from '../../../src/publish/aws/retention.ts';

const now = new Date('2026-11-30T00:00:00Z');
const published = (id: string, daysAgo: number, state = 'published'): ImageFacts => ({
  region: 'eu-central-1', id, name: id, account: '1', state: 'available', created: new Date(now.getTime() - daysAgo * 86_400_000).toISOString(),
  tags: state === 'untagged' ? {} : { [tag.state]: state }, imds: undefined, deprecated: undefined, protected: false, launchers: [], snapshots: [],
});
const ids = (images: readonly ImageFacts[]): string[] => images.map(({ id }) => id);

describe('retention', () => {
  it('lets go what is older than the newest that are kept', () => {
    expect(ids(retirable([published('c', 3), published('a', 1), published('d', 4), published('b', 2)], new Set(), { keep: 2, minimumAgeDays: 0 }, now))).to.deep.equal(['c', 'd']);
  });
  it('keeps what is in use, what is young, and what it did not publish', () => {
    const line = [published('new', 1), published('used', 50), published('young', 5), published('foreign', 99, 'untagged'), published('held', 99, 'quarantined'), published('old', 60)];
    expect(ids(retirable(line, new Set(['used']), { keep: 1, minimumAgeDays: 30 }, now))).to.deep.equal(['old']);
  });
  it('never lets go the newest published image, whatever is asked', () => {
    fc.assert(fc.property(fc.array(fc.record({ days: fc.nat(1000), state: fc.constantFrom('published', 'quarantined', 'untagged') }), { maxLength: 12 }), fc.integer({ min: -3, max: 5 }), (line, keep) => {
      const images = line.map(({ days, state }, at) => published(`ami-${at}`, days, state));
      const gone = new Set(ids(retirable(images, new Set(), { keep, minimumAgeDays: 0 }, now)));
      const held = images.filter((image) => image.tags[tag.state] === 'published');
      const newest = Math.max(...held.map(({ created }) => Date.parse(created)));
      if (held.length > 0) expect(held.some((image) => Date.parse(image.created) === newest && !gone.has(image.id))).to.equal(true);
      expect(held.length - gone.size).to.be.at.least(Math.min(held.length, Math.max(1, keep)));
    }));
  });
});
