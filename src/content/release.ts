import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { ConfigurationError } from '../errors.ts';
import type { Unpacked } from './apt.ts';

export interface ReleaseSource {
  /** Below it: `v<version>/scap-security-guide-<version>.zip` and `.zip.sha512`. */
  baseUrl: string;
  /** Seconds without a byte after which a download is given up. */
  stall: number;
  /** Most bytes accepted for the archive. */
  maxBytes: number;
}

export const upstreamRelease: ReleaseSource = {
  baseUrl: 'https://github.com/ComplianceAsCode/content/releases/download',
  stall: 30,
  maxBytes: 1024 ** 3,
};

/**
 * Downloads an upstream release, checks it against its SHA-512 file and takes single files out of it.
 * @throws ConfigurationError `content-not-found`, `content-digest`, `content-checksum`, `content-download`, `content-insecure`
 */
export async function fetchFromRelease(version: string, wanted: (file: string) => boolean, source: ReleaseSource = upstreamRelease): Promise<Unpacked> {
  const url = `${source.baseUrl.replace(/\/$/, '')}/v${version}/scap-security-guide-${version}.zip`;
  requireSecure(url);
  const folder = await mkdtemp(join(tmpdir(), 'cupel-release-'));
  try {
    const checksums = join(folder, 'sha512');
    await download(`${url}.sha512`, checksums, { ...source, maxBytes: 100_000 });
    const expected = readChecksum(await readFile(checksums, 'utf8'), basename(url));
    const archive = join(folder, 'release.zip');
    const actual = await download(url, archive, source);
    if (actual !== expected) {
      throw new ConfigurationError('content-digest', `${url} has SHA-512 ${actual}, its checksum file says ${expected}`, {
        subject: url, remedy: 'the download is damaged or was tampered with: try again, and do not use it',
      });
    }
    const files = await unzip(archive, folder, wanted);
    return { folder, cleanup: folder, files, source: url };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The checksum comes from the same place as the archive, so only TLS says who made it. Loopback is for tests and mirrors on this machine. */
function requireSecure(url: string): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'https:' || (protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname))) return;
  throw new ConfigurationError('content-insecure', `${url} is not an https URL`, { remedy: 'use https, or the apt source, whose archive is signed' });
}

function readChecksum(text: string, name: string): string {
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{128})(?:\s+\*?(\S+))?\s*$/i.exec(line);
    if (match?.[1] !== undefined && (match[2] === undefined || basename(match[2]) === name)) return match[1].toLowerCase();
  }
  throw new ConfigurationError('content-checksum', `the checksum file holds no SHA-512 of ${name}`, { remedy: 'check the release upstream' });
}

/** @returns the SHA-512 (hex) of what was written */
async function download(url: string, file: string, { stall, maxBytes }: ReleaseSource): Promise<string> {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(new Error(`no byte for ${stall} s`));
  let timer = setTimeout(giveUp, stall * 1000);
  const hash = createHash('sha512');
  let size = 0;
  try {
    const response = await fetch(url, { signal: controller.signal, redirect: 'follow' });
    requireSecure(response.url); // After redirects.
    if (response.status === 404) throw new ConfigurationError('content-not-found', `there is no ${url}`, { subject: url, remedy: 'check the version; cupel content fetch --source apt is the other way' });
    if (!response.ok || response.body === null) throw new ConfigurationError('content-download', `${url} answered ${response.status}`, { subject: url });
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, stall * 1000);
        size += chunk.length;
        hash.update(chunk);
        done(size > maxBytes ? new Error(`more than ${maxBytes} bytes`) : null, chunk);
      },
    });
    await pipeline(response.body, measure, createWriteStream(file), { signal: controller.signal });
    // With an encoding the header counts encoded bytes.
    if (!Number.isNaN(length) && response.headers.get('content-encoding') === null && length !== size) throw new Error(`${size} of ${length} bytes`);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
    const why = reason instanceof Error ? [reason.message, reason.cause instanceof Error ? reason.cause.message : ''].filter(Boolean).join(': ') : String(reason);
    throw new ConfigurationError('content-download', `${url} could not be downloaded: ${why}`, { cause: error, subject: url, remedy: 'check the network and try again' });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * yauzl reads the archive's central directory and streams single entries, checking their sizes; it
 * needs no program on the host and never writes a path that the archive chose.
 */
async function unzip(archive: string, folder: string, wanted: (file: string) => boolean): Promise<string[]> {
  const files: string[] = [];
  try {
    const zip = await yauzl.openPromise(archive);
    for await (const entry of zip.eachEntry()) {
      const name = basename(entry.fileName);
      if (entry.fileName.endsWith('/') || !wanted(name)) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(folder, name)));
      files.push(name);
    }
  } catch (cause) {
    throw new ConfigurationError('content-package', `the release archive cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return files;
}
