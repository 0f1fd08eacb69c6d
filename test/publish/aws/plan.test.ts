import { expect } from 'chai';
import fc from 'fast-check';
import { type ImageFacts, tag } from '../../../src/publish/aws/facts.ts';
import { type Action, planImage, type Wanted } from '../../../src/publish/aws/plan.ts';

const image: ImageFacts = {
  region: 'eu-central-1', id: 'ami-1', name: 'web', account: '123456789012', state: 'available', created: '2026-11-01T10:20:30.000Z', tags: {},
  imds: undefined, deprecated: undefined, protected: false, launchers: [], snapshots: [{ id: 'snap-1', tags: {}, sharedWith: [] }],
};
const organisation = 'arn:aws:organizations::111122223333:organization/o-example';
const wanted: Wanted = { tags: { [tag.run]: 'r' }, shareWith: ['444455556666', organisation], deprecateAfterDays: 90, protect: true };

/** What EC2 would make of an action. */
function applied(facts: ImageFacts, action: Action): ImageFacts {
  switch (action.do) {
    case 'tag': {
      const tagged = <T extends { id: string; tags: Readonly<Record<string, string>> }>(one: T): T => (action.resources.includes(one.id) ? { ...one, tags: { ...one.tags, ...action.tags } } : one);
      return { ...tagged(facts), snapshots: facts.snapshots.map(tagged) };
    }
    case 'require-imdsv2': return { ...facts, imds: 'v2.0' };
    case 'share-snapshot': return { ...facts, snapshots: facts.snapshots.map((one) => (one.id === action.snapshot ? { ...one, sharedWith: [...one.sharedWith, ...action.accounts] } : one)) };
    case 'share': return { ...facts, launchers: [...facts.launchers, ...action.accounts, ...action.organisations] };
    case 'deprecate': return { ...facts, deprecated: action.at };
    case 'protect': return { ...facts, protected: true };
  }
}

describe('the plan for an image', () => {
  it('makes of a fresh image what is wanted, and says "published" last', () => {
    expect(planImage(image, wanted)).to.deep.equal([
      { do: 'tag', resources: ['ami-1', 'snap-1'], tags: { [tag.run]: 'r' } },
      { do: 'require-imdsv2' },
      { do: 'share-snapshot', snapshot: 'snap-1', accounts: ['444455556666'] },
      { do: 'share', accounts: ['444455556666'], organisations: [organisation] },
      { do: 'deprecate', at: '2027-01-30T10:20:00.000Z' },
      { do: 'protect' },
      { do: 'tag', resources: ['ami-1'], tags: { [tag.state]: 'published' } },
    ]);
  });

  it('is the rest of itself after being cut anywhere, and nothing after all of it', () => {
    fc.assert(fc.property(
      fc.record({ protect: fc.boolean(), days: fc.option(fc.integer({ min: 0, max: 730 }), { nil: undefined }), share: fc.subarray(wanted.shareWith.slice()), snapshots: fc.integer({ min: 0, max: 3 }), cut: fc.nat(12) }),
      ({ protect, days, share, snapshots, cut }) => {
        const start = { ...image, snapshots: Array.from({ length: snapshots }, (_, at) => ({ id: `snap-${at}`, tags: {}, sharedWith: [] })) };
        const want: Wanted = { tags: wanted.tags, protect, deprecateAfterDays: days, shareWith: share };
        const plan = planImage(start, want);
        const half = plan.slice(0, cut).reduce(applied, start);
        expect(planImage(half, want)).to.deep.equal(plan.slice(cut));
        expect(planImage(plan.reduce(applied, start), want)).to.deep.equal([]);
      },
    ));
  });

  it('tags what lost a tag, and only that', () => {
    const full = planImage(image, wanted).reduce(applied, image);
    expect(planImage({ ...full, snapshots: full.snapshots.map((one) => ({ ...one, tags: {} })) }, wanted)).to.deep.equal([{ do: 'tag', resources: ['snap-1'], tags: { [tag.run]: 'r' } }]);
  });
});
