import type { ResultWord, Severity } from '../assay/model.ts';

/** `info` is counted under `unknown`: the contract has four keys. */
export type GateSeverity = Exclude<Severity, 'info'>;
export type Counts = Record<ResultWord, number>;

export interface Reason {
  /** kebab-case, stable: `pass-rate`, `min-evaluated`, `nothing-evaluated`, `not-applicable`, `max-failures`, `required`, `regression`, … */
  code: string;
  message: string;
  rule?: string;
}

/** `verdict.json`: contract, other things are built against it. Keys in this order. */
export interface Verdict {
  schema: 'https://cupel.dev/schema/verdict/v1';
  verdict: 'accepted' | 'refused';
  reasons: Reason[];
  baseline: { name: string; sha256: string };
  content: { product: string; version: string; sha256: string };
  profile: string;
  /** Run UUID. */
  run: string;
  target: string;
  counts: Counts;
  evaluated: number;
  /** 0–1, unrounded; 0 when nothing was evaluated. */
  pass_rate: number;
  scores: Record<string, number>;
  by_severity: Record<GateSeverity, Counts>;
  failing: { rule: string; severity: Severity; cis: string[]; title: string; result: ResultWord }[];
  ignored: { rule: string; result: ResultWord; reason: string; owner: string; expires: string }[];
}
