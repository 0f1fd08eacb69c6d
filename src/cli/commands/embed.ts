import { createHash } from 'node:crypto';
import { access, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { renderLock, renderTailoring } from '../../baseline/index.ts';
import { slimContent } from '../../content/index.ts';
import { contentPath, embedAgent, embedContent, imageIgnoreList } from '../../embed/index.ts';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import { LocalTarget } from '../../target/index.ts';
import { defineCommand } from '../command.ts';
import { packageFolder } from '../package.ts';
import { loadSubject, subjectOptions } from '../options/subject.ts';

export const embedCommand = defineCommand({
  command: 'embed',
  describe: 'put the agent, the content and the baseline into a root file system that is not running',
  options: (yargs) => subjectOptions(yargs)
    .option('root', { type: 'string', demandOption: true, describe: 'folder that the root file system is mounted on' })
    .option('arch', { choices: ['x86_64', 'aarch64'] as const, describe: 'processor of the image, as uname -m names it; found out by default' }),
  handler: async (argv, io) => {
    const root = resolve(argv.root);
    await access(`${root}/etc/os-release`).catch((cause: unknown) => {
      throw new ConfigurationError('embed-root', `${root}: there is no etc/os-release, so this is no root file system`, { cause, subject: root, remedy: 'mount the image, and give the folder that it is mounted on' });
    });
    const { baseline, content, index, values } = await loadSubject(argv, io, new Date());
    const slim = await slimContent(content.path, baseline, index);
    const tailoring = renderTailoring(baseline, { dataStreamHref: contentPath(content.product) });
    const lock = renderLock(baseline, {
      content: { version: content.version, sha256: content.sha256, slim_sha256: slim.sha256 },
      tailoring: createHash('sha256').update(tailoring).digest('hex'),
    });
    const architecture = argv.arch ?? await architectureOf(root);
    const target = await LocalTarget.connect();
    await embedContent(target, { product: content.product, dataStream: slim.bytes, tailoring, lock, ignoreList: imageIgnoreList(baseline) }, root);
    await embedAgent(target, { provisioners: join(packageFolder, 'provisioners'), product: content.product, values, architecture, building: false }, root);
    io.out(`${root}: cis-scanner and cis-exporter for ${architecture}, content ${content.product} ${content.version}, baseline ${baseline.name}`);
    return ExitCode.ok;
  },
});

const machines: Readonly<Record<number, string>> = { 62: 'x86_64', 183: 'aarch64' };

/** By the ELF header of its shell. */
async function architectureOf(root: string): Promise<string> {
  for (const program of ['usr/bin/bash', 'bin/bash', 'usr/bin/dash', 'bin/busybox']) {
    const file = await open(join(root, program)).catch(() => undefined);
    if (file === undefined) continue;
    try {
      const header = new Uint8Array(20);
      await file.read(header, 0, 20, 0);
      const machine = machines[(header[18] ?? 0) | ((header[19] ?? 0) << 8)];
      if (machine !== undefined) return machine;
    } finally {
      await file.close();
    }
  }
  throw new ConfigurationError('embed-root', `${root}: cannot tell for which processor it is`, { subject: root, remedy: 'say it with --arch' });
}
