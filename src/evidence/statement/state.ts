import { createHash } from 'node:crypto';
import { RefusedError } from '../../errors.ts';
import { type Contents, entries, hallmarkFile, statementFile } from '../bundle/index.ts';
import type { PublicKey } from '../keys/index.ts';
import type { Appraisal } from './appraise.ts';
import { identityDigest } from './identity.ts';
import { extension, predicateType, type Statement, statementType } from './model.ts';

export interface Signatory extends Pick<PublicKey, 'keyid' | 'algorithm'> {
  development: boolean;
}

/**
 * What is signed: this image, this verdict, this baseline, these files. It follows from the evidence, the
 * signer and the producer alone.
 * @throws RefusedError `evidence-refused`: what the gate refused gets no hallmark
 */
export function stateOf(contents: Contents, appraisal: Appraisal, signer: Signatory, producer: string): Statement {
  const { verdict, assay, environment, tailoring, slim, judged } = appraisal;
  if (verdict.verdict !== 'accepted') throw new RefusedError('evidence-refused', `the gate refused ${verdict.target}, run ${verdict.run}: it gets no hallmark`);
  return {
    _type: statementType,
    predicateType,
    subject: [
      { name: verdict.target, uri: `urn:uuid:${verdict.run}`, digest: { sha256: identityDigest(verdict.target, verdict.run, verdict.baseline.name) } },
      ...digests(contents),
    ],
    predicate: {
      result: 'PASSED',
      configuration: [
        { name: verdict.baseline.name, digest: { sha256: verdict.baseline.sha256 } },
        { name: 'tailoring.xml', digest: { sha256: tailoring } },
        { name: `${verdict.content.product} ${verdict.content.version}`, digest: { sha256: verdict.content.sha256 } },
        ...(slim === undefined ? [] : [{ name: `ssg-${verdict.content.product}-ds.xml`, digest: { sha256: slim } }]),
      ],
      ...testsOf(appraisal),
      [extension]: {
        image: verdict.target,
        run: verdict.run,
        verdict: 'accepted',
        baseline: verdict.baseline,
        content: { ...verdict.content, ...(slim === undefined ? {} : { slim_sha256: slim }) },
        profile: verdict.profile,
        pass_rate: verdict.pass_rate,
        evaluated: verdict.evaluated,
        ignored: verdict.ignored,
        oscap: environment.oscap,
        assayed: { start: assay.startTime, end: assay.endTime },
        judged,
        previous: environment.previous ?? null,
        signer: { keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development },
        producer,
      },
    },
  };
}

/** The digests of every file but the statement itself and what signs it, in the order of the bundle. */
export function digests(contents: Contents): Statement['subject'] {
  return Object.keys(entries).flatMap((name) => {
    const content = contents.get(name);
    if (content === undefined || name === statementFile || name === hallmarkFile) return [];
    return [{ name, digest: { sha256: createHash('sha256').update(content).digest('hex') } }];
  });
}

function testsOf({ verdict, assay, environment }: Appraisal): { passedTests: string[]; warnedTests: string[]; failedTests: string[] } {
  const ignored = new Set(verdict.ignored.map(({ rule }) => rule));
  const reverted = new Set(environment.hardening?.reverted ?? []);
  const passed = assay.rules.filter(({ rule, result }) => (result === 'pass' || result === 'fixed') && !ignored.has(rule) && !reverted.has(rule));
  return {
    passedTests: passed.map(({ rule }) => rule).sort(),
    // Evaluated, but not counted.
    warnedTests: [...ignored].sort(),
    failedTests: verdict.failing.map(({ rule }) => rule).sort(),
  };
}
