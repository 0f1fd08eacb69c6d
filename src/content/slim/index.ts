import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../errors.ts';
import { XmlScanner } from '../../xml/index.ts';
import { fullId, selectedRules, shortId, type ContentIndex } from '../model.ts';
import { BenchmarkReach } from './benchmark.ts';
import { withoutPieces } from './cut.ts';
import { OutlineReader, type Gap, type Piece } from './outline.ts';
import { droppedComponents } from './components.ts';
import { takeApart } from './stream.ts';
import type { SlimOptions, SlimSubject } from './subject.ts';

export type { SlimOptions, SlimSubject } from './subject.ts';

export interface SlimContent {
  bytes: Uint8Array;
  /** SHA-256 (hex) and size in bytes of what was made. */
  sha256: string;
  size: number;
  /** The same of what it was made from. */
  source: { sha256: string; size: number };
  /** Rules evaluated with it. */
  rules: number;
}

/**
 * Makes a data stream that holds only what one baseline reaches in another. Every selected rule gets the verdict
 * it gets with the whole data stream, from the same tailoring file; what stays, stays byte for byte, indentation aside.
 * Gone are: other profiles, rules, groups, values and platforms; OVAL, SCE and remote components nobody asks;
 * questionnaires (OCIL); and, unless the options keep them, prose, fixes for other tools than the shell, and
 * references to other standards than CIS benchmarks and NIST SP 800-53.
 * The same input gives the same bytes.
 * @param source the data stream's bytes, or its path
 * @param index of that same data stream
 * @throws ConfigurationError `content-not-found`, `content-digest`, `content-data-stream`, `content-invalid`, `unknown-profile`
 */
export async function slimContent(source: Uint8Array | string, baseline: SlimSubject, index: ContentIndex, options: SlimOptions = {}): Promise<SlimContent> {
  const whole = typeof source === 'string' ? await read(source) : source;
  const sha256 = digest(whole);
  if (sha256 !== index.sha256) {
    throw new ConfigurationError('content-digest', `the content to slim has SHA-256 ${sha256}, the one the baseline was resolved with ${index.sha256}`, {
      remedy: 'resolve the baseline again with this content',
    });
  }
  const profile = index.profiles.get(shortId(baseline.profile));
  if (profile === undefined) throw new ConfigurationError('unknown-profile', `no profile "${baseline.profile}" in ${index.product} ${index.benchmark.version}`);
  const { root, gaps } = outline(whole, index);
  const stream = takeApart(root);
  const selected = selectedRules(index, profile, baseline);
  const reach = new BenchmarkReach(stream.benchmark, baseline, new Set([...selected].map((id) => fullId('rule', id))), options);
  const dropped = [...reach.dropped(stream.benchmark), ...droppedComponents(root, stream, reach)];
  const bytes = labelled(withoutPieces(whole, dropped, gaps), root.start, `from ${index.product} ${index.benchmark.version} sha256 ${sha256} for baseline ${baseline.name} sha256 ${baseline.sha256}`);
  return { bytes, sha256: digest(bytes), size: bytes.length, source: { sha256, size: whole.length }, rules: selected.size };
}

function outline(bytes: Uint8Array, index: ContentIndex): { root: Piece; gaps: readonly Gap[] } {
  const reader = new OutlineReader();
  const scanner = new XmlScanner(reader);
  reader.position = scanner;
  scanner.write(bytes);
  scanner.end();
  if (reader.root === undefined) throw new ConfigurationError('content-data-stream', `the content of ${index.product} has no element`);
  return { root: reader.root, gaps: reader.gaps };
}

/** Says in a comment before the root element, where nothing was cut, what the content was made from. */
function labelled(bytes: Uint8Array, root: number, origin: string): Uint8Array {
  const comment = Buffer.from(`<!-- Slimmed by Cupel ${origin.replace(/-{2,}/g, '-')} -->\n`);
  return Buffer.concat([bytes.subarray(0, root), comment, bytes.subarray(root)]);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigurationError('content-not-found', `cannot read SCAP content ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause, subject: path, remedy: 'cupel content fetch <product> gets it',
    });
  }
}
