import type { Assay, ResultWord, RuleResult, Severity } from '../../src/assay/model.ts';
import type { Baseline, GatePolicy, IgnoreEntry } from '../../src/baseline/model.ts';
import type { GateContext } from '../../src/gate/index.ts';

/** Small, whole assays and baselines to judge; each test says only what it is about. */
export const profile = 'xccdf_org.ssgproject.content_profile_cis_level1_server';
export const tailoredProfile = `${profile}_tailored`;
export const run = '0e1d5a4c-6a5e-4a7e-9c53-0a4b1f8d2c11';
export const asOf = new Date('2026-11-23T12:00:00Z');

export function ruleResult(rule: string, result: ResultWord, severity: Severity = 'medium', more: Partial<RuleResult> = {}): RuleResult {
  return {
    rule, id: `xccdf_org.ssgproject.content_rule_${rule}`, result, severity, weight: 1,
    title: `Title of ${rule}`, cis: ['5.2.8'], cce: undefined, hasFix: true, messages: [], overrides: [], ...more,
  };
}

/** `count` rules with the same result, named `<word>_<n>`. */
export function many(count: number, result: ResultWord, severity: Severity = 'medium'): RuleResult[] {
  return Array.from({ length: count }, (_, n) => ruleResult(`${result}_${severity}_${n}`, result, severity));
}

export function assay(rules: RuleResult[], more: Partial<Assay> = {}): Assay {
  return {
    target: { name: 'builder', identifier: run, addresses: ['10.0.2.15'], facts: {} },
    benchmark: { id: 'xccdf_org.ssgproject.content_benchmark_DEBIAN-12', version: '0.1.82', href: 'ssg-debian12-ds.xml' },
    profile: tailoredProfile,
    tailoring: undefined,
    startTime: '2026-11-23T11:00:00+00:00',
    endTime: '2026-11-23T11:00:03+00:00',
    testSystem: 'cpe:/a:redhat:openscap:1.3.7',
    scores: [{ system: 'urn:xccdf:scoring:default', value: 91.5, maximum: 100 }],
    rules,
    ...more,
  };
}

export function baseline(gate: Partial<GatePolicy> = {}, more: Partial<Baseline> = {}): Baseline {
  return {
    name: 'debian12-cis-l1-server',
    description: undefined,
    content: { product: 'debian12', version: '>=0.1.82', sha256: undefined },
    profile,
    tailoredProfile,
    choices: {}, values: {}, select: [], deselect: [], ignore: [], expired: [],
    harden: { passes: 3, skip: [], guard: true },
    gate: { passRate: 0.98, minEvaluated: 1, notApplicableMax: undefined, maxFailures: {}, required: [], noRegression: true, ...gate },
    sha256: 'b'.repeat(64),
    sources: ['baselines/debian12-cis-l1-server.yaml'],
    ...more,
  };
}

export function ignore(rule: string, more: Partial<IgnoreEntry> = {}): IgnoreEntry {
  return {
    rule, reason: 'container networking needs forwarding', owner: 'platform-security', approved: '2026-11-01',
    expires: '2027-05-01', ticket: 'SEC-123', source: 'baselines/site.yaml:12', ...more,
  };
}

export const context: GateContext = {
  run, target: 'builder', asOf, content: { product: 'debian12', version: '0.1.82', sha256: 'c'.repeat(64) },
};
