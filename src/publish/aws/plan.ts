import { type ImageFacts, tag, type Tags } from './facts.ts';

/** What should be of a verified image. */
export interface Wanted {
  /** On the image and its snapshots. */
  tags: Tags;
  /** Twelve-digit account ids, organisation and organisational unit ARNs. */
  shareWith: readonly string[];
  /** Days after its creation. */
  deprecateAfterDays: number | undefined;
  protect: boolean;
}

/** One API call that changes something. */
export type Action =
  | { do: 'tag'; resources: string[]; tags: Tags }
  | { do: 'require-imdsv2' }
  | { do: 'share-snapshot'; snapshot: string; accounts: string[] }
  | { do: 'share'; accounts: string[]; organisations: string[] }
  | { do: 'deprecate'; at: string }
  | { do: 'protect' };

/**
 * The calls that make an image what it should be, none for what it is already: the same plan carried out twice,
 * or half and then again, ends the same. The tag that says "published" comes last. Pure.
 */
export function planImage(facts: ImageFacts, wanted: Wanted): Action[] {
  const actions: Action[] = [];
  const untagged = [{ id: facts.id, tags: facts.tags }, ...facts.snapshots].filter(({ tags }) => Object.entries(wanted.tags).some(([key, value]) => tags[key] !== value));
  if (untagged.length > 0) actions.push({ do: 'tag', resources: untagged.map(({ id }) => id), tags: wanted.tags });
  if (facts.imds !== 'v2.0') actions.push({ do: 'require-imdsv2' });

  // Organisations launch from the image alone; accounts that copy it need its snapshots.
  const accounts = wanted.shareWith.filter((who) => /^\d{12}$/.test(who));
  for (const snapshot of facts.snapshots) {
    const missing = accounts.filter((account) => !snapshot.sharedWith.includes(account));
    if (missing.length > 0) actions.push({ do: 'share-snapshot', snapshot: snapshot.id, accounts: missing });
  }
  const launchers = wanted.shareWith.filter((who) => !facts.launchers.includes(who));
  if (launchers.length > 0) actions.push({ do: 'share', accounts: launchers.filter((who) => accounts.includes(who)), organisations: launchers.filter((who) => !accounts.includes(who)) });

  if (wanted.deprecateAfterDays !== undefined) {
    const at = deprecation(facts.created, wanted.deprecateAfterDays);
    if (facts.deprecated === undefined || Date.parse(facts.deprecated) !== Date.parse(at)) actions.push({ do: 'deprecate', at });
  }
  if (wanted.protect && !facts.protected) actions.push({ do: 'protect' });
  if (facts.tags[tag.state] !== 'published') actions.push({ do: 'tag', resources: [facts.id], tags: { [tag.state]: 'published' } });
  return actions;
}

/** EC2 keeps whole minutes. */
function deprecation(created: string, days: number): string {
  const at = new Date(Date.parse(created) + days * 86_400_000);
  at.setUTCSeconds(0, 0);
  return at.toISOString();
}

/** One line a person reads. */
export function describeAction(action: Action): string {
  switch (action.do) {
    case 'tag': return `tag ${action.resources.join(', ')}: ${Object.entries(action.tags).map(([key, value]) => `${key}=${value}`).join(' ')}`;
    case 'require-imdsv2': return 'launch with IMDSv2 only';
    case 'share-snapshot': return `share ${action.snapshot} with ${action.accounts.join(', ')}`;
    case 'share': return `share with ${[...action.accounts, ...action.organisations].join(', ')}`;
    case 'deprecate': return `deprecate at ${action.at}`;
    case 'protect': return 'protect from deregistration';
  }
}
