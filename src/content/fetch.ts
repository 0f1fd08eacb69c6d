import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';
import { ConfigurationError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { AptSource, Unpacked } from './apt.ts';
import { addToCache, findCached, satisfies, type ContentFile, type Wanted } from './cache.ts';
import { dataStreamName, isPackaged, packageOf, productRemedy, products } from './products.ts';
import type { ReleaseSource } from './release.ts';

export interface FetchOptions {
  /** For example `debian12`. */
  product: string;
  /** semver range of the benchmark's version. Default: any. */
  version?: string;
  /** Pin: SHA-256 (hex) of the data stream. */
  sha256?: string;
  /** Where data streams and their indexes are kept between runs. */
  cacheDir: string;
  /** Default `apt`. */
  source?: 'apt' | 'release';
  /** Fetch even when the cache satisfies. */
  refresh?: boolean;
  apt?: Partial<AptSource>;
  release?: Partial<ReleaseSource>;
  emit?: Emit;
}

/**
 * Gets the data stream of a product: from the cache when what is there satisfies version and pin
 * (no network then), else from Debian's archive or an upstream release, both verified.
 * @throws ConfigurationError `content-product`, `content-not-found`, `content-version`, `content-digest`, `content-apt`, `content-download`, …
 */
export async function fetchContent(options: FetchOptions): Promise<ContentFile> {
  const emit = options.emit ?? (() => undefined);
  const wanted: Wanted = { product: options.product, version: options.version ?? '*', sha256: options.sha256 };
  checkWanted(wanted);
  if (options.refresh !== true) {
    const cached = await findCached(options.cacheDir, wanted, emit);
    if (cached) return cached;
  }
  const fetched = await download(options, wanted, emit);
  if (satisfies(fetched, wanted)) return fetched;
  if (!satisfies(fetched, { ...wanted, sha256: undefined })) {
    throw new ConfigurationError('content-version', `${fetched.source} holds ${wanted.product} ${fetched.version}, which is not in the range "${wanted.version}"`, {
      remedy: 'review the content, then change the range in the baseline; or fetch another release with --source release',
    });
  }
  throw new ConfigurationError('content-digest', `${fetched.path} (${fetched.source}) has SHA-256 ${fetched.sha256}, the baseline pins ${wanted.sha256 ?? ''}`, {
    remedy: 'review what changed, then change the pin',
  });
}

function checkWanted({ product, version }: Wanted): void {
  if (!/^[a-z0-9]+$/.test(product)) throw new ConfigurationError('content-product', `"${product}" is not a product`, { remedy: productRemedy(product) });
  if (validRange(version) === null) throw new ConfigurationError('content-range', `"${version}" is not a version range`, { remedy: 'for example ">=0.1.82"' });
}

/** Loads what fetches only now: content is nearly always in the cache. */
async function download(options: FetchOptions, wanted: Wanted, emit: Emit): Promise<ContentFile> {
  const { product, cacheDir } = options;
  let unpacked: Unpacked;
  if (options.source === 'release') {
    const version = minVersion(wanted.version)?.version;
    if (version === undefined || version === '0.0.0') {
      throw new ConfigurationError('content-range', 'an upstream release needs a version', { remedy: 'give --content-version, for example 0.1.82' });
    }
    emit({ type: 'progress', message: `fetching SCAP content ${version} for ${product} from its upstream release` });
    const { fetchFromRelease, upstreamRelease } = await import('./release.ts');
    unpacked = await fetchFromRelease(version, (file) => file === dataStreamName(product), { ...upstreamRelease, ...options.release });
  } else {
    if (!isPackaged(product)) throw new ConfigurationError('content-product', `Debian packages no content for "${product}"`, { remedy: productRemedy(product) });
    const name = packageOf(product);
    emit({ type: 'progress', message: `fetching SCAP content for ${product}: package ${name}` });
    // One package holds many products and takes a while to unpack: keep all that baselines use.
    const also = new Set<string>([product, ...products.filter((other) => packageOf(other) === name)].map(dataStreamName));
    const { debianArchive, fetchFromApt } = await import('./apt.ts');
    unpacked = await fetchFromApt(name, (file) => also.has(file), { ...debianArchive, ...options.apt });
  }
  try {
    const added = new Map<string, ContentFile>();
    for (const file of unpacked.files) {
      const held = /^ssg-([a-z0-9]+)-ds\.xml$/.exec(file)?.[1] ?? product;
      added.set(held, await addToCache(cacheDir, held, join(unpacked.folder, file), unpacked.source));
    }
    const found = added.get(product);
    if (found) return found;
    throw new ConfigurationError('content-not-found', `${unpacked.source} holds no content for "${product}"`, { remedy: productRemedy(product) });
  } finally {
    await rm(unpacked.cleanup, { recursive: true, force: true });
  }
}
