import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceError, UsageError } from '../errors.ts';
import { type EvidenceStore, fetchEvidence, openStore, type Trust } from '../evidence/index.ts';
import type { Verdict } from '../gate/index.ts';

/**
 * What is known of the hallmark of an image that is there already. `untrusted`: its evidence is broken, of something else, or
 * signed by nobody trusted; `missing`: there is none; `not checked`: nobody could tell.
 */
export type HallmarkFinding =
  | { state: 'verified'; verdict: Verdict }
  | { state: 'untrusted' | 'missing' | 'not checked'; reason?: string };

/** A store that did not answer, or not to us, says nothing about the evidence in it. */
const unheard = /^(store-(denied|unreachable|answer|unwritable)|evidence-unwritable)$/;

/**
 * Verifies the evidence of an image as `cupel fetch` does, and keeps none of it.
 * @param imageId as `imageIdOf` gives it
 * @param run that the image says it is of, which must be the evidence's; undefined when it does not say
 * @throws what is no answer about this image: no credentials, a store that is none
 */
export async function hallmarkOf(imageId: string, run: string | undefined, store: EvidenceStore, trust: Trust, now: Date): Promise<HallmarkFinding> {
  const scratch = await mkdtemp(join(tmpdir(), 'cupel-images-'));
  try {
    const { verification } = await fetchEvidence(store, imageId, scratch, { trust, policy: {}, now, expect: run === undefined ? {} : { run } });
    return { state: 'verified', verdict: verification.appraisal.verdict };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const reason = `${error.message} [${error.code}]`;
    if (error.code === 'store-missing') return { state: 'missing', reason };
    return { state: unheard.test(error.code) ? 'not checked' : 'untrusted', reason };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * The store that a bundle's address is of, as publishing writes it to the image; undefined for what is not one. Whoever may
 * tag the image can write another: so it is asked without a token, gets no say about endpoints, and is no file of this host.
 */
export async function storeOfBundle(address: string): Promise<EvidenceStore | undefined> {
  const place = /^((?:s3|gs|https):\/\/[^?#]+)\/bundles\/[0-9a-f]{64}\.cupel\.tgz$/.exec(address)?.[1];
  if (place === undefined) return undefined;
  try {
    return await openStore(place);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
