import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { configDirectory, contentDirectory, contentPath, embedContent, type ImageContent, tailoringPath } from '../../src/embed/index.ts';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

describe('embedContent', () => {
  const directory = scratch();
  let target: ShellTarget;
  const embed = (more: Partial<ImageContent> = {}): Promise<void> => embedContent(target, {
    product: 'debian12', dataStream: Buffer.from('<ds/>'), tailoring: '<t/>', lock: 'name: x\n', ignoreList: 'a # b\n', ...more,
  });
  const inImage = (path: string): string => join(directory.path, path);
  const mode = (path: string): number => statSync(inImage(path)).mode & 0o777;
  beforeEach(() => {
    target = new ShellTarget();
    target.answer = (_, options) => {
      if (options.args !== undefined) options.args = options.args.map((word) => (/^\/(usr|etc)\//.test(word) ? inImage(word) : word));
      return undefined;
    };
  });

  it('puts everything where the agent reads it, for all to read', async () => {
    await embed();
    expect(readFileSync(inImage('/usr/share/cupel/content/ssg-debian12-ds.xml'), 'utf8')).to.equal('<ds/>');
    expect(readFileSync(inImage('/usr/share/cupel/content/tailoring.xml'), 'utf8')).to.equal('<t/>');
    expect(readFileSync(inImage('/etc/cupel/baseline.lock.yaml'), 'utf8')).to.equal('name: x\n');
    expect(readFileSync(inImage('/etc/cupel/ignore.d/baseline.txt'), 'utf8')).to.equal('a # b\n');
    expect([contentPath('debian12'), tailoringPath].map(mode)).to.deep.equal([0o444, 0o444]);
    expect(['/etc/cupel/baseline.lock.yaml', '/etc/cupel/ignore.d/baseline.txt'].map(mode)).to.deep.equal([0o644, 0o644]);
    expect(['/usr/share/cupel', contentDirectory, configDirectory, '/etc/cupel/ignore.d'].map(mode)).to.deep.equal([0o755, 0o755, 0o755, 0o755]);
  });

  it('leaves nothing of the content and the ignore lists of an image it is built on, and everything else', async () => {
    for (const [folder, file] of [[contentDirectory, 'ssg-debian11-ds.xml'], ['/etc/cupel/ignore.d', 'old.txt'], ['/usr/share/cupel/build', 'verdict.json'], [configDirectory, 'exporter.conf']] as const) {
      mkdirSync(inImage(folder), { recursive: true });
      writeFileSync(inImage(join(folder, file)), 'old');
    }
    await embed();
    expect(existsSync(inImage(join(contentDirectory, 'ssg-debian11-ds.xml')))).to.equal(false);
    expect(existsSync(inImage('/etc/cupel/ignore.d/old.txt'))).to.equal(false);
    expect(existsSync(inImage('/usr/share/cupel/build/verdict.json'))).to.equal(true);
    expect(existsSync(inImage(join(configDirectory, 'exporter.conf')))).to.equal(true);
  });

  it('refuses a product that is a path', async () => {
    for (const product of ['../x', 'a/b', '', '.x']) expect((await rejection(embed({ product }))).code).to.equal('embed-failed');
    expect(target.scripts).to.deep.equal([]);
  });

  it('says so when there is no place, and names a full disk', async () => {
    mkdirSync(inImage('/etc'), { recursive: true });
    writeFileSync(inImage('/etc/cupel'), 'a file');
    expect((await rejection(embed())).code).to.equal('embed-failed');
    target.answer = () => ({ exitCode: 1, stderr: 'mkdir: No space left on device' });
    expect((await rejection(embed())).code).to.equal('target-disk-full');
  });
});
