/**
 * The plain-text ignore list: one rule id per line, `# reason` behind it. Pure code: the agent in
 * the image reads the same files with it.
 *
 *     # comments and empty lines are free
 *     sysctl_net_ipv4_ip_forward   # containers need forwarding
 *     service_rpcbind_disabled     # NFS clients; owner=storage; expires=2027-05-01; ticket=SEC-9
 */

/** What a line, or the baseline for the whole file, says beside the reason. */
export interface IgnoreTerms {
  owner?: string;
  /** `YYYY-MM-DD`. */
  expires?: string;
  /** `YYYY-MM-DD`. */
  approved?: string;
  ticket?: string;
}

export interface IgnoreLine extends IgnoreTerms {
  rule: string;
  reason: string;
  /** From 1. */
  line: number;
}

export interface IgnoreListProblem {
  line: number;
  /** From 1. */
  column: number;
  code: 'ignore-no-reason' | 'ignore-syntax' | 'ignore-date' | 'ignore-duplicate';
  what: string;
  remedy: string;
}

export interface IgnoreList {
  entries: IgnoreLine[];
  problems: IgnoreListProblem[];
}

const ruleId = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const rulePrefix = 'xccdf_org.ssgproject.content_rule_';
const terms = ['owner', 'expires', 'approved', 'ticket'] as const;

/** Reads an ignore list. Never throws: what is wrong is in `problems`, and such a line is not an entry. */
export function readIgnoreList(source: string): IgnoreList {
  const entries: IgnoreLine[] = [];
  const problems: IgnoreListProblem[] = [];
  const seen = new Map<string, number>();
  for (const [index, raw] of source.replace(/^\uFEFF/, '').split(/\r?\n/).entries()) {
    const line = index + 1;
    const hash = raw.indexOf('#');
    const rule = shortRule((hash < 0 ? raw : raw.slice(0, hash)).trim());
    if (rule === '') continue;
    const refuse = (code: IgnoreListProblem['code'], what: string, remedy: string, column = raw.search(/\S/) + 1): void => {
      problems.push({ line, column, code, what, remedy });
    };
    if (!ruleId.test(rule)) {
      refuse('ignore-syntax', `"${rule}" is not a rule id`, 'write one rule id per line, with "# reason" behind it');
      continue;
    }
    const before = seen.get(rule);
    if (before !== undefined) {
      refuse('ignore-duplicate', `${rule} is ignored twice, first on line ${before}`, 'keep one of the two');
      continue;
    }
    seen.set(rule, line);
    const entry: IgnoreLine = { rule, line, ...readRemark(hash < 0 ? '' : raw.slice(hash + 1)) };
    if (entry.reason === '') {
      refuse('ignore-no-reason', `${rule} is ignored without a reason`, 'write "# why" behind the rule id');
      continue;
    }
    const wrong = (['expires', 'approved'] as const).find((term) => entry[term] !== undefined && !isIsoDate(entry[term]));
    if (wrong !== undefined) {
      refuse('ignore-date', `${wrong}=${entry[wrong] ?? ''} is not a date`, 'write it as YYYY-MM-DD', raw.indexOf(`${wrong}=`) + 1);
      continue;
    }
    entries.push(entry);
  }
  return { entries, problems };
}

/** What `renderIgnoreList` writes; a resolved baseline's ignore entries are such. */
export type CompleteIgnore = { rule: string; reason: string } & { [Term in keyof IgnoreTerms]-?: IgnoreTerms[Term] | undefined };

/** A list that `readIgnoreList` reads back to the same rules and terms; reasons are put on one line, their semicolons become commas. */
export function renderIgnoreList(entries: readonly CompleteIgnore[], heading: string): string {
  const plain = (text: string): string => text.replace(/[\s;]*;[\s;]*/g, ', ').replace(/\s+/g, ' ').trim();
  const lines = entries.map((entry) => {
    const reason = plain(entry.reason);
    const own = terms.flatMap((term) => (entry[term] === undefined ? [] : [`${term}=${plain(entry[term])}`]));
    // A reason that looks like a term would be taken for one.
    return `${entry.rule}  # ${[readRemark(reason).reason === '' ? `because ${reason}` : reason, ...own].join('; ')}\n`;
  });
  return `# ${plain(heading)}\n${lines.join('')}`;
}

/** `why; owner=x; expires=2027-05-01` → reason and terms. Parts that are no known term belong to the reason. */
function readRemark(remark: string): { reason: string } & IgnoreTerms {
  const found: IgnoreTerms = {};
  const reason: string[] = [];
  for (const part of remark.split(';')) {
    const equals = part.indexOf('=');
    const key = terms.find((term) => equals > 0 && part.slice(0, equals).trim() === term);
    const value = part.slice(equals + 1).trim();
    if (key !== undefined && value !== '') found[key] = value;
    else if (part.trim() !== '') reason.push(part.trim());
  }
  return { reason: reason.join('; '), ...found };
}

function shortRule(id: string): string {
  return id.startsWith(rulePrefix) ? id.slice(rulePrefix.length) : id;
}

/** Whether the text is a real calendar date written `YYYY-MM-DD`. */
export function isIsoDate(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** Whether an entry that expires on that day (`YYYY-MM-DD`, to its end, UTC) still holds. */
export function holdsOn(expires: string, asOf: Date): boolean {
  return asOf.getTime() < Date.parse(`${expires}T00:00:00Z`) + 86_400_000;
}
