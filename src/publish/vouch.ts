import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceError, RefusedError } from '../errors.ts';
import { type Policy, type Trust, type Verification, verifyEvidence } from '../evidence/index.ts';
import type { PackedBuild } from './manifest.ts';

/** Evidence that was verified again, for exactly this build. */
export interface Vouched {
  verification: Verification;
  /** Path of the bundle on this host. */
  bundle: string;
  /** SHA-256 (hex) of the bundle. */
  sha256: string;
  bytes: number;
}

export interface VouchOptions {
  /** Bundle or evidence directory; where the manifest says unless given. */
  evidence: string | undefined;
  trust: Trust;
  policy: Policy;
  now: Date;
}

/**
 * Verifies the bundle of a build: a provisioner that was left out or let fail has none, or one of another run.
 * @throws EvidenceError, RefusedError: nobody can vouch for this image
 */
export async function vouchFor(build: PackedBuild, options: VouchOptions): Promise<Vouched> {
  const place = options.evidence ?? build.evidence;
  if (place === undefined) throw new EvidenceError('evidence-unnamed', `the manifest does not say where the evidence of run ${build.run} is`);
  const bundle = await bundleAt(place);
  const verification = await verifyEvidence(bundle, {
    trust: options.trust, policy: options.policy, now: options.now,
    expect: { run: build.run, ...(build.image === undefined ? {} : { image: build.image }) },
  });
  const [reason] = verification.reasons;
  if (reason !== undefined) throw new RefusedError(reason.code, reason.message, { subject: bundle });
  const bytes = await readFile(bundle);
  return { verification, bundle, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

async function bundleAt(place: string): Promise<string> {
  const found = await stat(place).catch((cause: unknown) => {
    throw new EvidenceError('evidence-missing', `there is no evidence at ${place}: the image was built without cupel provision, or its failure was ignored`, { cause, subject: place });
  });
  if (!found.isDirectory()) return place;
  const [bundle, ...others] = (await readdir(place)).filter((name) => name.endsWith('.cupel.tgz'));
  if (bundle === undefined || others.length > 0) throw new EvidenceError('evidence-missing', `${place} holds ${others.length === 0 ? 'no' : 'more than one'} bundle`, { subject: place });
  return join(place, bundle);
}
