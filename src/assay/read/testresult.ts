import type { XmlAttributes } from '../../xml/index.ts';
import type { ResultWord, Score, Severity } from '../model.ts';
import { cceIdentifier, xccdf } from './benchmark.ts';
import type { Budget } from './budget.ts';
import { arfError } from './failure.ts';
import type { Shape } from './shape.ts';
import { number, resultWord, severityWord, time, weight } from './words.ts';

/** A rule-result as it stands in the TestResult, before the benchmark's words are added. */
export interface RawRuleResult {
  id: string;
  result: ResultWord | undefined;
  severity: Severity | undefined;
  weight: number | undefined;
  cce: string | undefined;
  messages: string[];
  overrides: { from: ResultWord; to: ResultWord; remark: string }[];
}

export interface RawTestResult {
  id: string;
  version: string | undefined;
  startTime: string;
  endTime: string;
  testSystem: string;
  benchmark: { id: string; href: string } | undefined;
  profile: string | undefined;
  tailoring: { id: string; href: string } | undefined;
  targets: string[];
  addresses: string[];
  facts: Map<string, string>;
  scores: Score[];
  rules: Map<string, RawRuleResult>;
}

/** Reads the TestResult. */
export class TestResultShapes {
  found: RawTestResult | undefined;
  readonly shape: Shape;
  private readonly budget: Budget;
  private fact = '';
  private score: { system: string; maximum: number | undefined } = { system: '', maximum: undefined };
  private rule: RawRuleResult = emptyRuleResult('');
  private override: { from?: ResultWord; to?: ResultWord; remark: string } = { remark: '' };

  constructor(budget: Budget) {
    this.budget = budget;
    const children = new Map<string, Shape>([
      [xccdf('benchmark'), { open: (a) => { this.result.benchmark = { id: a.get('id') ?? '', href: a.get('href') ?? '' }; } }],
      [xccdf('tailoring-file'), { open: (a) => { this.result.tailoring = { id: a.get('id') ?? '', href: a.get('href') ?? '' }; } }],
      [xccdf('profile'), { open: (a) => { this.result.profile = a.get('idref'); } }],
      [xccdf('target'), { text: (text) => { this.result.targets.push(text); } }],
      [xccdf('target-address'), { text: (text) => { this.result.addresses.push(text); } }],
      [xccdf('target-facts'), this.factsShape()],
      [xccdf('score'), { simple: true, open: (a) => this.openScore(a), text: (text) => this.closeScore(text) }],
      [xccdf('rule-result'), this.ruleResultShape()],
    ]);
    this.shape = { children: () => children, open: (attributes) => this.openResult(attributes) };
  }

  private get result(): RawTestResult {
    if (this.found === undefined) throw new Error('shapes below TestResult are only reached inside one');
    return this.found;
  }

  private openResult(attributes: XmlAttributes): void {
    const id = attributes.get('id') ?? '';
    if (id === '') throw arfError('incomplete', 'the TestResult has no id', 'id');
    this.found = {
      id, version: attributes.get('version'), testSystem: attributes.get('test-system') ?? '',
      startTime: time(attributes.get('start-time'), 'start-time'), endTime: time(attributes.get('end-time'), 'end-time'),
      benchmark: undefined, profile: undefined, tailoring: undefined,
      targets: [], addresses: [], facts: new Map(), scores: [], rules: new Map(),
    };
  }

  private factsShape(): Shape {
    const fact: Shape = {
      open: (attributes) => { this.fact = attributes.get('name') ?? ''; },
      // One fact per network interface has the same name; none of them is lost.
      text: (text) => {
        this.budget.spend(this.fact.length);
        const before = this.result.facts.get(this.fact);
        this.result.facts.set(this.fact, before === undefined ? text : `${before}, ${text}`);
      },
    };
    const children = new Map([[xccdf('fact'), fact]]);
    return { children: () => children };
  }

  private openScore(attributes: XmlAttributes): void {
    const maximum = attributes.get('maximum');
    const system = attributes.get('system') ?? '';
    this.score = { system, maximum: maximum === undefined ? undefined : number(maximum, `score ${system}`) };
  }

  private closeScore(text: string): void {
    this.budget.spend(this.score.system.length);
    this.result.scores.push({ system: this.score.system, value: number(text, `score ${this.score.system}`), maximum: this.score.maximum });
  }

  private ruleResultShape(): Shape {
    const message: Shape = { text: (text) => { if (text !== '') this.rule.messages.push(text); } };
    const check = new Map<string, Shape>([[xccdf('check-import'), message]]);
    const override = new Map<string, Shape>([
      [xccdf('old-result'), { simple: true, text: (text) => { this.override.from = resultWord(text, this.rule.id); } }],
      [xccdf('new-result'), { simple: true, text: (text) => { this.override.to = resultWord(text, this.rule.id); } }],
      [xccdf('remark'), { text: (text) => { this.override.remark = text; } }],
    ]);
    const children = new Map<string, Shape>([
      [xccdf('result'), { simple: true, text: (text) => this.word(text) }],
      [xccdf('ident'), { text: (text) => { if (cceIdentifier.test(text)) this.rule.cce ??= text; } }],
      [xccdf('message'), message],
      [xccdf('check'), { children: () => check }],
      [xccdf('override'), { children: () => override, open: () => { this.override = { remark: '' }; }, close: () => this.closeOverride() }],
    ]);
    return { children: () => children, open: (attributes) => this.openRuleResult(attributes), close: () => this.closeRuleResult() };
  }

  private openRuleResult(attributes: XmlAttributes): void {
    const id = attributes.get('idref') ?? '';
    this.budget.spend(300 + id.length);
    if (id === '') throw arfError('incomplete', 'a rule-result names no rule');
    if (this.result.rules.has(id)) throw arfError('duplicate-rule', `${id}: two rule-results for one rule`, id);
    this.rule = emptyRuleResult(id);
    const severity = attributes.get('severity');
    const weightText = attributes.get('weight');
    if (severity !== undefined) this.rule.severity = severityWord(severity, id);
    if (weightText !== undefined) this.rule.weight = weight(weightText, id);
    this.result.rules.set(id, this.rule);
  }

  private word(text: string): void {
    if (this.rule.result !== undefined) throw arfError('no-result', `${this.rule.id}: two results in one rule-result`, this.rule.id);
    this.rule.result = resultWord(text, this.rule.id);
  }

  private closeRuleResult(): void {
    if (this.rule.result === undefined) throw arfError('no-result', `${this.rule.id}: a rule-result without a result`, this.rule.id);
  }

  private closeOverride(): void {
    const { from, to, remark } = this.override;
    if (from === undefined || to === undefined) throw arfError('incomplete', `${this.rule.id}: an override without both results`, this.rule.id);
    this.rule.overrides.push({ from, to, remark });
  }
}

function emptyRuleResult(id: string): RawRuleResult {
  return { id, result: undefined, severity: undefined, weight: undefined, cce: undefined, messages: [], overrides: [] };
}
