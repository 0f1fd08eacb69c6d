import { showRate, type Verdict } from '../../gate/index.ts';
import type { Appraisal } from '../statement/index.ts';

/** What who verifies asks for, beyond that the evidence is whole and true. */
export interface Policy {
  /** 0–1. */
  minPassRate?: number;
  /** Ids of the keys of which one must have signed. */
  signers?: readonly string[];
  /** Days since the end of the assay. */
  maxAgeDays?: number;
  /** Name or SHA-256 of the baseline. */
  baseline?: string;
  /** Refuse when an ignore entry expired since the build. */
  refuseExpired?: boolean;
}

/** Why a policy is not met. */
export interface PolicyReason {
  code: 'policy-pass-rate' | 'policy-signer' | 'policy-age' | 'policy-baseline' | 'policy-expired';
  message: string;
}

const day = 86_400_000;

/** Every reason why true evidence is not good enough; none means that it is. Pure. */
export function reasonsAgainst(policy: Policy, keyid: string, { verdict, assay }: Pick<Appraisal, 'verdict' | 'assay'>, expired: Verdict['ignored'], now: Date): PolicyReason[] {
  const reasons: PolicyReason[] = [];
  if (policy.minPassRate !== undefined && verdict.pass_rate < policy.minPassRate) {
    reasons.push({ code: 'policy-pass-rate', message: `pass rate ${showRate(verdict.pass_rate)} is below ${policy.minPassRate}` });
  }
  if (policy.signers !== undefined && !policy.signers.includes(keyid)) {
    reasons.push({ code: 'policy-signer', message: `signed with key ${keyid}, which is none of those allowed` });
  }
  const days = (now.getTime() - Date.parse(assay.endTime)) / day;
  if (policy.maxAgeDays !== undefined && days > policy.maxAgeDays) {
    reasons.push({ code: 'policy-age', message: `the assay is ${days.toFixed(1)} days old, at most ${policy.maxAgeDays} may be` });
  }
  if (policy.baseline !== undefined && policy.baseline !== verdict.baseline.name && policy.baseline !== verdict.baseline.sha256) {
    reasons.push({ code: 'policy-baseline', message: `judged by baseline ${verdict.baseline.name} (${verdict.baseline.sha256}), not by ${policy.baseline}` });
  }
  if (policy.refuseExpired === true && expired.length > 0) {
    reasons.push({ code: 'policy-expired', message: `the ignore of ${expired.map(({ rule }) => rule).join(', ')} expired since` });
  }
  return reasons;
}
