/**
 * The assay: what one `oscap xccdf eval` found. Pure data; the reader in this folder makes it,
 * the gate and the reports read it. Also compiled for the agent, so no Node types here.
 */

/** XCCDF 1.2 result words (NISTIR 7275r4, 6.6.4.2, table 26). */
export const resultWords = [
  'pass', 'fail', 'error', 'unknown', 'notapplicable', 'notchecked', 'notselected', 'informational', 'fixed',
] as const;
export type ResultWord = (typeof resultWords)[number];

/** XCCDF 1.2 severities; absent means `unknown`. */
export const severities = ['high', 'medium', 'low', 'info', 'unknown'] as const;
export type Severity = (typeof severities)[number];

export interface RuleResult {
  /** Short id, without `xccdf_org.ssgproject.content_rule_` (an id of another vendor stays whole). */
  rule: string;
  /** Full XCCDF id. */
  id: string;
  result: ResultWord;
  severity: Severity;
  /** XCCDF weight, 1.0 when absent. */
  weight: number;
  /** Empty when the source holds no benchmark (bare XCCDF results). */
  title: string;
  /** CIS section numbers, for example `5.2.8`: references whose href is a cisecurity.org/benchmark/. */
  cis: string[];
  /** CCE identifier, for example `CCE-80939-2`. */
  cce: string | undefined;
  /** Whether the content holds a shell fix (`urn:xccdf:fix:script:sh`) for it. */
  hasFix: boolean;
  /** Text of `check-import`/`message` elements of this rule-result, oldest first. */
  messages: string[];
  /** XCCDF overrides recorded in the result: each the result before and after. */
  overrides: { from: ResultWord; to: ResultWord; remark: string }[];
}

export interface Score {
  /** For example `urn:xccdf:scoring:default`. */
  system: string;
  value: number;
  maximum: number | undefined;
}

export interface Assay {
  target: {
    /** `<target>`: the host name as the machine knows it. */
    name: string;
    /** Value of `OSCAP_EVALUATION_TARGET` when it was set (oscap puts it in place of the name); equals `name` otherwise. */
    identifier: string;
    addresses: string[];
    /** `target-facts`, by full fact name. */
    facts: Record<string, string>;
  };
  benchmark: { id: string; version: string; href: string };
  /** Full XCCDF profile id; undefined when no profile was used. */
  profile: string | undefined;
  /** href and id of the tailoring used, when one was. */
  tailoring: { id: string; href: string } | undefined;
  /** ISO 8601, as oscap wrote them. */
  startTime: string;
  endTime: string;
  /** `test-system`, for example `cpe:/a:redhat:openscap:1.3.7`. */
  testSystem: string;
  scores: Score[];
  /** In document order, one per rule. */
  rules: RuleResult[];
}
