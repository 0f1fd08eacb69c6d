import Table from 'cli-table3';
import { ExitCode, UsageError } from '../../errors.ts';
import { imageIdOf } from '../../evidence/index.ts';
import { type GcpImage, type HallmarkFinding, hallmarkOf, type ImageFacts, label, storeOfBundle, tag } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { awsOptions, Regions } from '../options/aws.ts';
import { computeFrom } from '../options/gcp.ts';
import { storeFrom } from '../options/store.ts';
import { isTrustGiven, trustFrom, type WhomArguments, whomOptions } from '../options/trust.ts';

export const imagesCommand = defineCommand({
  command: 'images',
  describe: 'the published images: baseline, pass rate, age, state, and whether their evidence verifies',
  options: (yargs) => awsOptions(whomOptions(yargs))
    .option('region', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'AWS region to look in; may be repeated' })
    .option('project', { type: 'string', requiresArg: true, describe: 'Google Cloud project to look in' })
    .option('image', { type: 'string', requiresArg: true, describe: 'only images of that name' })
    .option('store', { type: 'string', requiresArg: true, describe: 'where their evidence is kept; default: what CUPEL_STORE says, else where the image says that it is' })
    .option('json', { type: 'boolean', default: false, describe: 'print them as JSON' }),
  handler: async (argv, io) => {
    if (argv.region.length === 0 && argv.project === undefined) throw new UsageError('usage', 'say where to look', { remedy: 'give --region, --project, or both' });
    const now = new Date();
    const findingFor = await inspectorFrom(argv, io, now);
    const regions = new Regions(argv);
    try {
      const listed: Listed[] = [];
      for (const name of argv.region) {
        const images = await regions.of(name).imagesTagged(argv.image === undefined ? tag.run : tag.image, argv.image);
        for (const image of images) listed.push(amiRecord(image, await findingFor(image.id, image.tags[tag.run], image.tags[tag.evidence]), now));
      }
      if (argv.project !== undefined) {
        const images = await computeFrom({ project: argv.project, wait: argv.wait }, io).labelled(argv.image === undefined ? label.run : label.image, argv.image);
        for (const image of images) listed.push(gcpRecord(image, await findingFor(imageIdOf(image.name, image.project), image.labels[label.run], undefined), now));
      }
      listed.sort((a, b) => a.image.localeCompare(b.image) || a.place.localeCompare(b.place) || b.created.localeCompare(a.created));
      for (const { id, hallmark, hallmark_reason: reason } of listed) if (reason !== '') io.note(`cupel: ${id}: ${hallmark}: ${reason}`);
      io.out(argv.json ? JSON.stringify(listed, null, 2) : tableOf(listed));
      return ExitCode.ok;
    } finally {
      regions.close();
    }
  },
});

/** Verifies the evidence of one image, if it can be had. */
type Inspector = (imageId: string, run: string | undefined, evidence: string | undefined) => Promise<HallmarkFinding>;

/** @throws UsageError, ConfigurationError as keys and stores have them */
async function inspectorFrom(argv: Readonly<WhomArguments & { store: string | undefined }>, io: Io, now: Date): Promise<Inspector> {
  if (!isTrustGiven(argv)) {
    if (argv.store !== undefined) throw new UsageError('usage', 'whose hallmark should count?', { remedy: 'give --key with the public key of the factory' });
    io.note('cupel: hallmarks are not checked, what images say of themselves is shown: give --key to have them verified');
    return () => Promise.resolve({ state: 'not checked' });
  }
  const trust = await trustFrom(argv, io);
  const named = (argv.store ?? io.env['CUPEL_STORE'] ?? '') === '' ? undefined : await storeFrom(argv, io);
  return async (imageId, run, evidence) => {
    const store = named ?? await storeOfBundle(evidence ?? '');
    return store === undefined ? { state: 'not checked', reason: 'it does not say where its evidence is; give --store' } : await hallmarkOf(imageId, run, store, trust, now);
  };
}

interface Listed {
  image: string;
  /** AWS region, or Google Cloud project. */
  place: string;
  id: string;
  run: string;
  /** These three are the evidence's where the hallmark is verified, else what the image says of itself. */
  baseline: string;
  pass_rate: string;
  ignores_until: string;
  created: string;
  age_days: number;
  /** `published`, `quarantined`, `revoked`; `unpublished` when nobody verified it: publishing did not follow, or did not end. */
  state: string;
  hallmark: HallmarkFinding['state'];
  /** Why it is not verified. */
  hallmark_reason: string;
  deprecated: string;
}

function amiRecord({ tags, region, id, created, deprecated }: ImageFacts, finding: HallmarkFinding, now: Date): Listed {
  return {
    image: tags[tag.image] ?? '', place: region, id, run: tags[tag.run] ?? '', created, age_days: age(created, now), state: tags[tag.state] ?? 'unpublished', deprecated: deprecated?.slice(0, 10) ?? '',
    ...known(finding, { baseline: tags[tag.baseline], passRate: tags[tag.passRate], ignoresUntil: tags[tag.ignoresUntil] }),
  };
}

function gcpRecord({ labels, project, name, created, deprecated }: GcpImage, finding: HallmarkFinding, now: Date): Listed {
  return {
    image: labels[label.image] ?? '', place: project, id: name, run: labels[label.run] ?? '', created, age_days: age(created, now), state: labels[label.state] ?? 'unpublished', deprecated: deprecated?.toLowerCase() ?? '',
    ...known(finding, { baseline: labels[label.baseline], passRate: labels[label.passRate]?.replace('_', '.'), ignoresUntil: labels[label.ignoresUntil] }),
  };
}

/** Tags can be written by many; what is signed goes before them. */
function known(finding: HallmarkFinding, said: Record<'baseline' | 'passRate' | 'ignoresUntil', string | undefined>): Pick<Listed, 'baseline' | 'pass_rate' | 'ignores_until' | 'hallmark' | 'hallmark_reason'> {
  const proved = finding.state === 'verified' ? { baseline: finding.verdict.baseline.name, passRate: String(finding.verdict.pass_rate), ignoresUntil: finding.verdict.ignored.map(({ expires }) => expires).sort()[0] } : said;
  return {
    baseline: proved.baseline ?? '', pass_rate: proved.passRate ?? '', ignores_until: proved.ignoresUntil ?? '',
    hallmark: finding.state, hallmark_reason: finding.state === 'verified' ? '' : finding.reason ?? '',
  };
}

function age(created: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(created)) / 86_400_000);
}

/** Plain columns, for terminals and pipes alike. */
const noBorders = Object.fromEntries(['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'].map((part) => [part, '']));

function tableOf(records: readonly Listed[]): string {
  const table = new Table({
    head: ['IMAGE', 'PLACE', 'ID', 'STATE', 'HALLMARK', 'PASS RATE', 'AGE', 'IGNORES UNTIL', 'DEPRECATED', 'BASELINE'],
    chars: { ...noBorders, middle: ' ' }, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const one of records) table.push([one.image, one.place, one.id, one.state, one.hallmark, one.pass_rate.slice(0, 7), `${one.age_days} d`, one.ignores_until, one.deprecated, one.baseline]);
  return table.toString();
}
