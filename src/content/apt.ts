import { createWriteStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa, ExecaError } from 'execa';
import { extract } from 'tar-stream';
import { ConfigurationError } from '../errors.ts';
import type { ContentPackage } from './products.ts';

export interface AptSource {
  /** Base URL of a Debian mirror. */
  mirror: string;
  /** Suite or codename, for example `testing`. */
  suite: string;
  /** Keyring that must have signed the archive. */
  keyring: string;
  /** Seconds that one apt call may take. */
  timeout: number;
}

export const debianArchive: AptSource = {
  mirror: 'http://deb.debian.org/debian',
  suite: 'testing',
  keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
  timeout: 300,
};

export interface Unpacked {
  /** Folder with the files taken out of the package, flat. */
  folder: string;
  /** What the caller removes when it has them. */
  cleanup: string;
  /** Names of the files found. */
  files: string[];
  /** For example `apt testing ssg-debian 0.1.82-1`. */
  source: string;
}

/**
 * Downloads a package with an apt state of its own and takes single files out of it. The machine's
 * sources are neither read nor changed; apt checks the archive's signature and the package's digest.
 * @throws ConfigurationError `content-apt-missing`, `content-apt`, `content-not-found`
 */
export async function fetchFromApt(name: ContentPackage, wanted: (file: string) => boolean, source: AptSource = debianArchive): Promise<Unpacked> {
  const root = await mkdtemp(join(tmpdir(), 'cupel-content-'));
  try {
    // As root apt reads and downloads as the user _apt, which must reach these folders.
    await chmod(root, 0o755);
    const options = await prepareState(root, source);
    await apt(['update', ...options], root, source);
    await apt(['download', ...options, name], join(root, 'download'), source);
    const deb = (await readdir(join(root, 'download'))).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
    if (deb === undefined) throw new ConfigurationError('content-apt', `apt downloaded no ${name} from ${source.mirror} ${source.suite}`);
    const folder = join(root, 'files');
    await mkdir(folder);
    const files = await unpack(join(root, 'download', deb), folder, wanted);
    const version = decodeURIComponent(deb.split('_')[1] ?? '');
    return { folder, cleanup: root, files, source: `apt ${source.suite} ${name} ${version}` };
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  } finally {
    await Promise.all(['download', 'state', 'cache', 'etc'].map((part) => rm(join(root, part), { recursive: true, force: true })));
  }
}

/** The folders and options that keep apt away from the machine's own state. */
async function prepareState(root: string, { mirror, suite, keyring }: AptSource): Promise<string[]> {
  await access(keyring).catch((cause: unknown) => {
    throw new ConfigurationError('content-keyring', `there is no archive keyring ${keyring}`, { cause, remedy: 'install debian-archive-keyring, or fetch with --source release' });
  });
  for (const folder of ['download', 'etc', 'state/lists/partial', 'cache/archives/partial']) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'etc/sources.list'), `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  await writeFile(join(root, 'etc/status'), '');
  const settings: Record<string, string> = {
    'Dir::State': join(root, 'state'),
    'Dir::State::status': join(root, 'etc/status'),
    'Dir::Cache': join(root, 'cache'),
    'Dir::Etc::sourcelist': join(root, 'etc/sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': '-',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    // Whatever the machine's own configuration allows, this must be signed.
    'APT::Get::AllowUnauthenticated': 'false',
    'Acquire::AllowInsecureRepositories': 'false',
    'Acquire::AllowDowngradeToInsecureRepositories': 'false',
    'Acquire::AllowWeakRepositories': 'false',
    // An update that could not fetch everything must not pass for one that did.
    'APT::Update::Error-Mode': 'any',
    // Hooks of the machine (command-not-found, caches) have no business here.
    'APT::Update::Post-Invoke-Success': '',
    'APT::Update::Post-Invoke': '',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

async function apt(args: readonly string[], cwd: string, source: AptSource): Promise<void> {
  try {
    await execa('apt-get', ['-q', ...args], { cwd, timeout: source.timeout * 1000, stdin: 'ignore', maxBuffer: 1_000_000, all: true, env: { LC_ALL: 'C.UTF-8' } });
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.code === 'ENOENT') {
      throw new ConfigurationError('content-apt-missing', 'there is no apt-get on this machine', { cause, remedy: 'fetch with --source release' });
    }
    const output = typeof cause.all === 'string' ? cause.all : '';
    const why = output.split('\n').filter((line) => /^[EW]:/.test(line)).join('; ');
    const what = cause.timedOut ? `took longer than ${source.timeout} s` : `failed: ${why || cause.shortMessage}`;
    throw new ConfigurationError(/Unable to locate package|No candidate|can't select/.test(output) ? 'content-not-found' : 'content-apt',
      `apt-get ${args[0] ?? ''} from ${source.mirror} ${source.suite} ${what}`, { cause, remedy: 'check the mirror (CUPEL_MIRROR) and the network, or fetch with --source release' });
  }
}

/** Takes the wanted files out of a package as its bytes stream by; nothing else touches the disk. */
async function unpack(deb: string, folder: string, wanted: (file: string) => boolean): Promise<string[]> {
  const files: string[] = [];
  const tar = extract();
  const dpkg = execa('dpkg-deb', ['--fsys-tarfile', deb], { stdout: 'pipe', buffer: false, stdin: 'ignore' });
  // Failures of either side surface below, in both awaits.
  const fed = pipeline(dpkg.stdout, tar);
  const read = (async () => {
    for await (const entry of tar) {
      const name = basename(entry.header.name);
      if (entry.header.type === 'file' && wanted(name)) {
        await pipeline(entry, createWriteStream(join(folder, name)));
        files.push(name);
      } else entry.resume();
    }
  })();
  try {
    await Promise.all([fed, read, dpkg]);
  } catch (cause) {
    throw new ConfigurationError('content-package', `${basename(deb)} cannot be unpacked`, { cause, remedy: 'fetch it again with --refresh' });
  }
  return files;
}
