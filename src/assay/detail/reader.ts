import { type Capture, CapturingHandler, elementsOf, type Selection, textOf, type XmlAttributes, type XmlElement, type XmlLimits, type XmlName, XmlScanner } from '../../xml/index.ts';
import type { Assay, RuleResult } from '../model.ts';
import { Budget } from '../read/budget.ts';
import { findingsOf } from './findings.ts';
import type { AssayDetail, ProseBlock, Reference, RuleDetail } from './model.ts';
import { OvalReport } from './oval-report.ts';
import { fillIn, markedText, proseOf, shortValue } from './prose.ts';

const xccdf = 'http://checklists.nist.gov/xccdf/1.2';
const keys = {
  component: '{http://scap.nist.gov/schema/scap/source/1.2}component',
  report: '{http://scap.nist.gov/schema/asset-reporting-format/1.1}report',
  benchmark: `{${xccdf}}Benchmark`,
  rule: `{${xccdf}}Rule`,
  ruleResult: `{${xccdf}}rule-result`,
  setValue: `{${xccdf}}set-value`,
  profile: `{${xccdf}}Profile`,
};
/** Ten times what the largest product of SCAP Security Guide needs. */
const keepable = 96 * 1024 * 1024;
const failing: ReadonlySet<string> = new Set(['fail', 'error', 'unknown', 'notchecked']);

/**
 * Reads what an ARF says of its rules beyond their results: the benchmark's words for all that were evaluated, and for
 * those that do not pass what oscap tested and found. A second way through the same bytes, after the assay was read.
 */
export class DetailReader {
  private readonly scanner: XmlScanner;
  private readonly selection: DetailSelection;

  constructor(assay: Assay, limits: XmlLimits = {}) {
    this.selection = new DetailSelection(assay);
    const budget = new Budget(keepable);
    this.scanner = new XmlScanner(new CapturingHandler(this.selection, (units) => { budget.spend(units); }), limits);
  }

  /** Takes the next bytes, cut anywhere. @throws EvidenceError `xml-…`, `arf-too-large` */
  write(chunk: Uint8Array): void {
    this.scanner.write(chunk);
  }

  end(): AssayDetail {
    this.scanner.end();
    return this.selection.finish();
  }
}

class DetailSelection implements Selection {
  private readonly rules = new Map<string, RuleDetail>();
  private readonly values: Record<string, string> = {};
  /** Those of the benchmark and of tailorings, by id. */
  private readonly profiles = new Map<string, { title: string; version: string; base: string | undefined }>();
  private readonly profile: string | undefined;
  private readonly wanted: ReadonlyMap<string, RuleResult>;
  private readonly benchmark: { id: string; component: string | undefined };
  private component = '';
  private inBenchmark = false;
  private report = '';
  private oval: OvalReport | undefined;
  /** Report id → definition id → rules. */
  private readonly checks = new Map<string, Map<string, string[]>>();

  constructor(assay: Assay) {
    this.wanted = new Map(assay.rules.filter(({ result }) => result !== 'notselected').map((rule) => [rule.id, rule]));
    this.profile = assay.profile;
    const { id, href } = assay.benchmark;
    this.benchmark = { id, component: href.startsWith('#') ? href.slice(1) : undefined };
  }

  open(name: XmlName, attributes: XmlAttributes): Capture | undefined {
    if (this.oval !== undefined) return this.oval.open(name, attributes);
    switch (name.key) {
      case keys.component: this.component = attributes.get('id') ?? ''; return undefined;
      case keys.benchmark: this.inBenchmark = this.isOurs(attributes.get('id') ?? ''); return undefined;
      case keys.rule: return this.inBenchmark ? this.rule(attributes.get('id') ?? '') : undefined;
      case keys.setValue: return { take: (element) => { this.values[shortValue(element.attributes.get('idref') ?? '')] = textOf(element).trim(); } };
      case keys.profile: return { skip: ({ local }) => local !== 'title' && local !== 'version', take: (element) => this.takeProfile(element) };
      case keys.ruleResult: return this.ruleResult(attributes.get('idref') ?? '');
      case keys.report: {
        this.report = attributes.get('id') ?? '';
        const definitions = this.checks.get(this.report);
        if (definitions !== undefined) this.oval = new OvalReport(definitions.keys());
        return undefined;
      }
      default: return undefined;
    }
  }

  close(name: XmlName): void {
    if (name.key === keys.component) this.component = '';
    else if (name.key === keys.benchmark) this.inBenchmark = false;
    else if (name.key === keys.report) this.closeReport();
  }

  finish(): AssayDetail {
    const valueOf = (id: string): string | undefined => (Object.hasOwn(this.values, id) ? this.values[id] : undefined);
    const fill = (blocks: readonly ProseBlock[]): ProseBlock[] => blocks.map(({ kind, text }) => ({ kind, text: fillIn(text, valueOf) }));
    for (const detail of this.rules.values()) {
      if (detail.script !== undefined) detail.script = fillIn(detail.script, valueOf);
      const { text } = detail;
      if (text !== undefined) detail.text = { ...text, description: fill(text.description), rationale: fill(text.rationale), warnings: fill(text.warnings) };
    }
    return { rules: this.rules, values: this.values, standard: this.standard() };
  }

  private takeProfile(element: XmlElement): void {
    const text = (local: string): string => {
      const found = elementsOf(element).find(({ name }) => name.local === local);
      return found === undefined ? '' : textOf(found).replace(/\s+/g, ' ').trim();
    };
    const { attributes } = element;
    this.profiles.set(attributes.get('id') ?? '', { title: text('title'), version: text('version'), base: attributes.get('extends') });
  }

  /** The profile used, or of a tailored one that it was made from: SCAP Security Guide's profiles have the version of their benchmark. */
  private standard(): AssayDetail['standard'] {
    let id = this.profile;
    for (let steps = 0; id !== undefined && steps < 10; steps++) {
      const profile = this.profiles.get(id);
      if (profile === undefined) return undefined;
      if (profile.version !== '') return { title: profile.title, version: profile.version };
      id = profile.base;
    }
    return undefined;
  }

  /** The benchmark that the assay was joined with; a data stream may hold others with the same rules. */
  private isOurs(id: string): boolean {
    if (this.benchmark.id !== '' && this.benchmark.id !== id) return false;
    return this.component === '' || this.benchmark.component === undefined || this.component === this.benchmark.component;
  }

  private rule(id: string): Capture | undefined {
    const rule = this.wanted.get(id);
    if (rule === undefined) return undefined;
    const fails = failing.has(rule.result);
    return {
      skip: ({ local }, attributes) => local === 'check' || local === 'complex-check' || local === 'ident'
        || (local === 'fix' && !(fails && attributes.get('system') === 'urn:xccdf:fix:script:sh')),
      take: (element) => this.takeRule(this.detailOf(id), element),
    };
  }

  private takeRule(detail: RuleDetail, element: XmlElement): void {
    const text: NonNullable<RuleDetail['text']> = { description: [], rationale: [], warnings: [], references: [] };
    for (const child of elementsOf(element)) {
      switch (child.name.local) {
        case 'description': if (text.description.length === 0) text.description = proseOf(child); break;
        case 'rationale': if (text.rationale.length === 0) text.rationale = proseOf(child); break;
        case 'warning': text.warnings.push(...proseOf(child)); break;
        case 'reference': text.references.push(referenceOf(child)); break;
        case 'fix': detail.script ??= markedText(child); break;
        default:
      }
    }
    detail.text = text;
  }

  private ruleResult(id: string): Capture | undefined {
    const rule = this.wanted.get(id);
    if (rule === undefined || !failing.has(rule.result)) return undefined;
    return { take: (element) => this.takeCheck(id, element) };
  }

  private takeCheck(id: string, element: XmlElement): void {
    for (const child of elementsOf(element)) {
      const name = child.attributes.get('name');
      const href = child.attributes.get('href') ?? '';
      if (child.name.local === 'check-content-ref' && name !== undefined && href.startsWith('#')) {
        const definitions = this.checks.get(href.slice(1)) ?? new Map<string, string[]>();
        this.checks.set(href.slice(1), definitions.set(name, [...(definitions.get(name) ?? []), id]));
      } else {
        this.takeCheck(id, child);
      }
    }
  }

  private closeReport(): void {
    const { oval, report } = this;
    this.oval = undefined;
    this.report = '';
    const definitions = this.checks.get(report);
    if (oval === undefined || definitions === undefined) return;
    const byRule = new Map<string, string[]>();
    for (const [definition, rules] of definitions) for (const rule of rules) byRule.set(rule, [...(byRule.get(rule) ?? []), definition]);
    for (const [rule, of] of byRule) {
      const detail = this.detailOf(rule);
      const { findings, more } = findingsOf(oval, of);
      detail.findings.push(...findings);
      detail.moreFindings += more;
    }
  }

  private detailOf(id: string): RuleDetail {
    const held = this.rules.get(id);
    if (held !== undefined) return held;
    const made: RuleDetail = { text: undefined, script: undefined, findings: [], moreFindings: 0 };
    this.rules.set(id, made);
    return made;
  }
}

function referenceOf(element: XmlElement): Reference {
  return { href: element.attributes.get('href') ?? '', label: textOf(element).replace(/\s+/g, ' ').trim() };
}
