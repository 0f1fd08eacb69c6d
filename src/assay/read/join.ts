import type { Assay, RuleResult } from '../model.ts';
import type { BenchmarkText, RuleText } from './benchmark.ts';
import type { AssayDocument } from './document.ts';
import { arfError } from './failure.ts';
import type { RawRuleResult, RawTestResult } from './testresult.ts';

const ssgRule = 'xccdf_org.ssgproject.content_rule_';
/** Where oscap 1.3 puts `OSCAP_EVALUATION_TARGET`; it leaves the host name in `target`. */
const identifierFact = 'urn:xccdf:fact:identifier';

/** Puts together what the TestResult says and what the enclosed benchmark says of its rules. */
export function joinAssay(document: AssayDocument): Assay {
  const result = document.results.found;
  if (result === undefined) throw arfError('no-results', 'the document holds no TestResult: nothing was evaluated');
  if (result.rules.size === 0) throw arfError('empty', 'the TestResult holds no rule-result: nothing was evaluated');
  const benchmark = enclosedBenchmark(document, result);
  const name = result.targets[0];
  if (name === undefined || name === '') throw arfError('incomplete', 'the TestResult names no target', 'target');
  return {
    target: {
      name,
      identifier: result.facts.get(identifierFact) ?? name,
      addresses: result.addresses,
      facts: Object.fromEntries(result.facts),
    },
    benchmark: {
      id: benchmark?.id ?? result.benchmark?.id ?? '',
      version: result.version ?? benchmark?.version ?? '',
      href: result.benchmark?.href ?? '',
    },
    profile: result.profile,
    tailoring: result.tailoring ?? document.tailorings.of(result.profile),
    startTime: result.startTime,
    endTime: result.endTime,
    testSystem: result.testSystem,
    scores: result.scores,
    rules: Array.from(result.rules.values(), (rule) => joinRule(rule, benchmark)),
  };
}

/** The benchmark the results are of. Undefined for a TestResult that stands alone. */
function enclosedBenchmark(document: AssayDocument, result: RawTestResult): BenchmarkText | undefined {
  const said = result.benchmark;
  if (said === undefined && document.kind !== 'benchmark') throw arfError('incomplete', 'the TestResult names no benchmark', 'benchmark');
  if (document.kind === 'test-result') return undefined;
  const component = said?.href.startsWith('#') === true ? said.href.slice(1) : undefined;
  const inComponent = document.enclosed.filter((benchmark) => benchmark.component === component);
  const candidates = (inComponent.length > 0 ? inComponent : document.enclosed)
    .filter((benchmark) => said === undefined || said.id === '' || benchmark.id === said.id);
  const [benchmark, other] = candidates;
  if (benchmark === undefined || other !== undefined) {
    throw arfError('benchmark', `${candidates.length} enclosed benchmarks are "${said?.id ?? ''}", of which the results say they are; there must be one`);
  }
  if (result.version !== undefined && benchmark.version !== '' && result.version !== benchmark.version) {
    throw arfError('benchmark', `the results are of version ${result.version} of the benchmark, the one enclosed is ${benchmark.version}`);
  }
  return benchmark;
}

function joinRule(raw: RawRuleResult, benchmark: BenchmarkText | undefined): RuleResult {
  const text = benchmark === undefined ? undefined : ruleText(raw.id, benchmark);
  if (raw.result === undefined) throw arfError('no-result', `${raw.id}: a rule-result without a result`, raw.id);
  return {
    rule: raw.id.startsWith(ssgRule) ? raw.id.slice(ssgRule.length) : raw.id,
    id: raw.id,
    result: raw.result,
    severity: raw.severity ?? text?.severity ?? 'unknown',
    weight: raw.weight ?? text?.weight ?? 1,
    title: text?.title ?? '',
    cis: text?.cis ?? [],
    cce: raw.cce ?? text?.cce,
    hasFix: text?.hasFix ?? false,
    messages: raw.messages,
    overrides: raw.overrides,
  };
}

function ruleText(id: string, benchmark: BenchmarkText): RuleText {
  const text = benchmark.rules.get(id);
  if (text === undefined) throw arfError('unknown-rule', `${id}: a result for a rule that the enclosed benchmark does not have`, id);
  return text;
}
