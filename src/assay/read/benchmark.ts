import type { Severity } from '../model.ts';
import type { Budget } from './budget.ts';
import { arfError } from './failure.ts';
import type { Shape } from './shape.ts';
import { severityWord, weight } from './words.ts';

export const xccdf = (local: string): string => `{http://checklists.nist.gov/xccdf/1.2}${local}`;

/** What a Benchmark says of one rule. */
export interface RuleText {
  title: string;
  cis: string[];
  cce: string | undefined;
  severity: Severity | undefined;
  weight: number | undefined;
  hasFix: boolean;
}

export interface BenchmarkText {
  id: string;
  /** Id of the data stream component it is in; '' outside a data stream. */
  component: string;
  version: string;
  rules: Map<string, RuleText>;
}

/** Sections of a CIS benchmark, and not the CIS Controls or the PCI council, whose addresses look alike. */
const cisSections = ['https://www.cisecurity.org/benchmark/', 'http://www.cisecurity.org/benchmark/', 'https://cisecurity.org/benchmark/', 'http://cisecurity.org/benchmark/'];
export const cceIdentifier = /^CCE-\d+-\d$/;

/** Reads the rules of every Benchmark it is shown. */
export class BenchmarkShapes {
  readonly found: BenchmarkText[] = [];
  readonly shape: Shape;
  /** Set by the document before a Benchmark opens. */
  component = '';
  private readonly budget: Budget;
  private benchmark: BenchmarkText = { id: '', component: '', version: '', rules: new Map() };
  private rule: RuleText = emptyRule();
  private titled = false;

  constructor(budget: Budget, extra: readonly (readonly [string, Shape])[] = []) {
    this.budget = budget;
    const rule = this.ruleShape();
    const group: Shape = { children: () => inGroup };
    const inGroup = new Map<string, Shape>([[xccdf('Rule'), rule], [xccdf('Group'), group]]);
    const inBenchmark = new Map<string, Shape>([...inGroup, [xccdf('version'), { text: (text) => { this.benchmark.version = text; } }], ...extra]);
    this.shape = {
      children: () => inBenchmark,
      open: (attributes) => {
        budget.spend((attributes.get('id')?.length ?? 0) + this.component.length);
        this.benchmark = { id: attributes.get('id') ?? '', component: this.component, version: '', rules: new Map() };
        this.found.push(this.benchmark);
      },
    };
  }

  private ruleShape(): Shape {
    const children = new Map<string, Shape>([
      [xccdf('title'), { text: (text) => this.title(text) }],
      [xccdf('reference'), {
        wants: (attributes) => attributes.beginsWith('href', cisSections),
        text: (text) => this.reference(text),
      }],
      [xccdf('ident'), { text: (text) => { if (cceIdentifier.test(text)) this.rule.cce ??= text; } }],
      [xccdf('fix'), { open: (attributes) => { this.rule.hasFix ||= attributes.get('system') === 'urn:xccdf:fix:script:sh'; } }],
    ]);
    return {
      children: () => children,
      open: (attributes) => this.openRule(attributes.get('id') ?? '', attributes.get('severity'), attributes.get('weight')),
    };
  }

  private openRule(id: string, severity: string | undefined, weightText: string | undefined): void {
    this.budget.spend(200 + id.length);
    if (this.benchmark.rules.has(id)) throw arfError('duplicate-rule', `${id}: defined twice in the benchmark`, id);
    this.rule = emptyRule();
    this.titled = false;
    if (severity !== undefined) this.rule.severity = severityWord(severity, id);
    if (weightText !== undefined) this.rule.weight = weight(weightText, id);
    this.benchmark.rules.set(id, this.rule);
  }

  /** The first title: others are translations of it. */
  private title(text: string): void {
    if (!this.titled) this.rule.title = text;
    this.titled = true;
  }

  private reference(text: string): void {
    if (text !== '' && !this.rule.cis.includes(text)) this.rule.cis.push(text);
  }
}

function emptyRule(): RuleText {
  return { title: '', cis: [], cce: undefined, severity: undefined, weight: undefined, hasFix: false };
}
