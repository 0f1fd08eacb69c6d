import Table from 'cli-table3';
import { ExitCode, UsageError } from '../../errors.ts';
import { type GcpImage, type ImageFacts, label, tag } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { awsOptions, Regions } from '../options/aws.ts';
import { computeFrom } from '../options/gcp.ts';

export const imagesCommand = defineCommand({
  command: 'images',
  describe: 'the published images: baseline, pass rate, age, state',
  options: (yargs) => awsOptions(yargs)
    .option('region', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'AWS region to look in; may be repeated' })
    .option('project', { type: 'string', requiresArg: true, describe: 'Google Cloud project to look in' })
    .option('image', { type: 'string', requiresArg: true, describe: 'only images of that name' })
    .option('json', { type: 'boolean', default: false, describe: 'print them as JSON' }),
  handler: async (argv, io) => {
    if (argv.region.length === 0 && argv.project === undefined) throw new UsageError('usage', 'say where to look', { remedy: 'give --region, --project, or both' });
    const now = new Date();
    const regions = new Regions(argv);
    try {
      const listed: Listed[] = [];
      for (const name of argv.region) {
        const images = await regions.of(name).imagesTagged(argv.image === undefined ? tag.run : tag.image, argv.image);
        listed.push(...images.map((image) => amiRecord(image, now)));
      }
      if (argv.project !== undefined) {
        const images = await computeFrom({ project: argv.project, wait: argv.wait }, io).labelled(argv.image === undefined ? label.run : label.image, argv.image);
        listed.push(...images.map((image) => gcpRecord(image, now)));
      }
      listed.sort((a, b) => a.image.localeCompare(b.image) || a.place.localeCompare(b.place) || b.created.localeCompare(a.created));
      io.out(argv.json ? JSON.stringify(listed, null, 2) : tableOf(listed));
      return ExitCode.ok;
    } finally {
      regions.close();
    }
  },
});

interface Listed {
  image: string;
  /** AWS region, or Google Cloud project. */
  place: string;
  id: string;
  run: string;
  baseline: string;
  pass_rate: string;
  created: string;
  age_days: number;
  /** `published`, `quarantined`, `revoked`; `unpublished` when nobody verified it: publishing did not follow, or did not end. */
  state: string;
  ignores_until: string;
  deprecated: string;
}

function amiRecord({ tags, region, id, created, deprecated }: ImageFacts, now: Date): Listed {
  return {
    image: tags[tag.image] ?? '', place: region, id, run: tags[tag.run] ?? '', baseline: tags[tag.baseline] ?? '', pass_rate: tags[tag.passRate] ?? '', created, age_days: age(created, now),
    state: tags[tag.state] ?? 'unpublished', ignores_until: tags[tag.ignoresUntil] ?? '', deprecated: deprecated?.slice(0, 10) ?? '',
  };
}

function gcpRecord({ labels, project, name, created, deprecated }: GcpImage, now: Date): Listed {
  return {
    image: labels[label.image] ?? '', place: project, id: name, run: labels[label.run] ?? '', baseline: labels[label.baseline] ?? '', pass_rate: (labels[label.passRate] ?? '').replace('_', '.'), created,
    age_days: age(created, now), state: labels[label.state] ?? 'unpublished', ignores_until: labels[label.ignoresUntil] ?? '', deprecated: deprecated?.toLowerCase() ?? '',
  };
}

function age(created: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(created)) / 86_400_000);
}

/** Plain columns, for terminals and pipes alike. */
const noBorders = Object.fromEntries(['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'].map((part) => [part, '']));

function tableOf(records: readonly Listed[]): string {
  const table = new Table({
    head: ['IMAGE', 'PLACE', 'ID', 'STATE', 'PASS RATE', 'AGE', 'IGNORES UNTIL', 'DEPRECATED', 'BASELINE'],
    chars: { ...noBorders, middle: ' ' }, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const one of records) table.push([one.image, one.place, one.id, one.state, one.pass_rate.slice(0, 7), `${one.age_days} d`, one.ignores_until, one.deprecated, one.baseline]);
  return table.toString();
}
