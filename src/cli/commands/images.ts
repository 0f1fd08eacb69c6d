import Table from 'cli-table3';
import { ExitCode } from '../../errors.ts';
import { type ImageFacts, tag } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { awsOptions, Regions } from '../options/aws.ts';

export const imagesCommand = defineCommand({
  command: 'images',
  describe: 'the published images: baseline, pass rate, age, state',
  options: (yargs) => awsOptions(yargs)
    .option('region', { type: 'string', array: true, nargs: 1, demandOption: true, describe: 'AWS region to look in; may be repeated' })
    .option('image', { type: 'string', requiresArg: true, describe: 'only images of that name' })
    .option('json', { type: 'boolean', default: false, describe: 'print them as JSON' }),
  handler: async (argv, io) => {
    const now = new Date();
    const regions = new Regions(argv);
    try {
      const found: ImageFacts[] = [];
      for (const name of argv.region) found.push(...await regions.of(name).imagesTagged(argv.image === undefined ? tag.run : tag.image, argv.image));
      const records = found.map((image) => recordOf(image, now)).sort((a, b) => a.image.localeCompare(b.image) || a.region.localeCompare(b.region) || b.created.localeCompare(a.created));
      io.out(argv.json ? JSON.stringify(records, null, 2) : tableOf(records));
      return ExitCode.ok;
    } finally {
      regions.close();
    }
  },
});

type Listed = ReturnType<typeof recordOf>;

function recordOf({ tags, region, id, created, deprecated, protected: locked }: ImageFacts, now: Date) {
  return {
    image: tags[tag.image] ?? '', region, id, run: tags[tag.run] ?? '', baseline: tags[tag.baseline] ?? '', pass_rate: tags[tag.passRate] ?? '', created,
    age_days: Math.floor((now.getTime() - Date.parse(created)) / 86_400_000),
    /** Without a state nobody verified it: Packer made it and publishing did not follow, or did not end. */
    state: tags[tag.state] ?? 'unpublished',
    ignores_until: tags[tag.ignoresUntil] ?? '', deprecated: deprecated ?? '', protected: locked, evidence: tags[tag.evidence] ?? '',
  };
}

/** Plain columns, for terminals and pipes alike. */
const noBorders = Object.fromEntries(['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'].map((part) => [part, '']));

function tableOf(records: readonly Listed[]): string {
  const table = new Table({
    head: ['IMAGE', 'REGION', 'AMI', 'STATE', 'PASS RATE', 'AGE', 'IGNORES UNTIL', 'DEPRECATED', 'BASELINE'],
    chars: { ...noBorders, middle: ' ' }, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const one of records) table.push([one.image, one.region, one.id, one.state, one.pass_rate.slice(0, 7), `${one.age_days} d`, one.ignores_until, one.deprecated.slice(0, 10), one.baseline]);
  return table.toString();
}
