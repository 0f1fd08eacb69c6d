import { type Capture, CapturingHandler, elementsOf, type Selection, textOf, type XmlAttributes, type XmlElement, type XmlName } from '../../xml/index.ts';
import type { Assay } from '../model.ts';
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
 * Collects what an ARF says of its rules beyond their results: the benchmark's words for all that were evaluated, and for
 * those that do not pass what oscap tested and found. Stands beside an `AssayReader`, whose document it is told of.
 * Throws EvidenceError `arf-too-large`.
 */
export class DetailCollector extends CapturingHandler {
  private readonly collected: DetailSelection;

  constructor() {
    const collected = new DetailSelection();
    const budget = new Budget(keepable);
    super(collected, (units) => { budget.spend(units); });
    this.collected = collected;
  }

  /** @param assay of the same document, once it was read to its end */
  finish(assay: Assay): AssayDetail {
    return this.collected.finish(assay);
  }
}

/** What a benchmark says of a rule. */
interface Told {
  text: NonNullable<RuleDetail['text']>;
  script: string | undefined;
}

interface Benchmark {
  id: string;
  component: string;
  rules: Map<string, Told>;
}

class DetailSelection implements Selection {
  /** Which rules are evaluated, and by which benchmark, is only known at the end. */
  private readonly benchmarks: Benchmark[] = [];
  private benchmark: Benchmark | undefined;
  private readonly blamed = new Map<string, Pick<RuleDetail, 'findings' | 'moreFindings'>>();
  private readonly values: Record<string, string> = {};
  /** Those of the benchmark and of tailorings, by id. */
  private readonly profiles = new Map<string, { title: string; version: string; base: string | undefined }>();
  private component = '';
  private report = '';
  private oval: OvalReport | undefined;
  /** Report id → definition id → rules. */
  private readonly checks = new Map<string, Map<string, string[]>>();

  open(name: XmlName, attributes: XmlAttributes): Capture | undefined {
    if (this.oval !== undefined) return this.oval.open(name, attributes);
    switch (name.key) {
      case keys.component: this.component = attributes.get('id') ?? ''; return undefined;
      case keys.benchmark:
        this.benchmark = { id: attributes.get('id') ?? '', component: this.component, rules: new Map() };
        this.benchmarks.push(this.benchmark);
        return undefined;
      case keys.rule: return this.rule(attributes.get('id') ?? '');
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
    else if (name.key === keys.benchmark) this.benchmark = undefined;
    else if (name.key === keys.report) this.closeReport();
  }

  finish(assay: Assay): AssayDetail {
    const valueOf = (id: string): string | undefined => (Object.hasOwn(this.values, id) ? this.values[id] : undefined);
    const fill = (blocks: readonly ProseBlock[]): ProseBlock[] => blocks.map(({ kind, text }) => ({ kind, text: fillIn(text, valueOf) }));
    const told = this.ofBenchmark(assay);
    const rules = new Map<string, RuleDetail>();
    for (const { id, result } of assay.rules) {
      if (result === 'notselected') continue;
      const { text, script } = told.get(id) ?? { text: undefined, script: undefined };
      const { findings, moreFindings } = this.blamed.get(id) ?? { findings: [], moreFindings: 0 };
      if (text === undefined && findings.length === 0 && moreFindings === 0) continue;
      rules.set(id, {
        text: text === undefined ? undefined : { ...text, description: fill(text.description), rationale: fill(text.rationale), warnings: fill(text.warnings) },
        script: script === undefined || !failing.has(result) ? undefined : fillIn(script, valueOf),
        findings, moreFindings,
      });
    }
    return { rules, values: this.values, standard: this.standard(assay.profile) };
  }

  /** Of the benchmark that the assay was joined with: a data stream may hold others with the same rules. */
  private ofBenchmark({ benchmark: { id, href } }: Assay): Map<string, Told> {
    const component = href.startsWith('#') ? href.slice(1) : undefined;
    const ours = this.benchmarks.filter((found) => (id === '' || found.id === id) && (found.component === '' || component === undefined || found.component === component));
    return new Map(ours.flatMap(({ rules }) => [...rules]));
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
  private standard(used: string | undefined): AssayDetail['standard'] {
    let id = used;
    for (let steps = 0; id !== undefined && steps < 10; steps++) {
      const profile = this.profiles.get(id);
      if (profile === undefined) return undefined;
      if (profile.version !== '') return { title: profile.title, version: profile.version };
      id = profile.base;
    }
    return undefined;
  }

  private rule(id: string): Capture | undefined {
    const { benchmark } = this;
    if (benchmark === undefined) return undefined;
    return {
      skip: ({ local }, attributes) => local === 'check' || local === 'complex-check' || local === 'ident'
        || (local === 'fix' && attributes.get('system') !== 'urn:xccdf:fix:script:sh'),
      take: (element) => benchmark.rules.set(id, toldIn(element)),
    };
  }

  private ruleResult(id: string): Capture {
    return {
      skip: ({ local }) => local === 'ident' || local === 'fix' || local === 'message',
      take: (element) => {
        const result = elementsOf(element).find(({ name }) => name.local === 'result');
        if (result !== undefined && failing.has(textOf(result).trim())) this.takeCheck(id, element);
      },
    };
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
      const { findings, more } = findingsOf(oval, of);
      const held = this.blamed.get(rule) ?? { findings: [], moreFindings: 0 };
      this.blamed.set(rule, { findings: [...held.findings, ...findings], moreFindings: held.moreFindings + more });
    }
  }
}

function toldIn(rule: XmlElement): Told {
  const text: Told['text'] = { description: [], rationale: [], warnings: [], references: [] };
  let script: string | undefined;
  for (const child of elementsOf(rule)) {
    switch (child.name.local) {
      case 'description': if (text.description.length === 0) text.description = proseOf(child); break;
      case 'rationale': if (text.rationale.length === 0) text.rationale = proseOf(child); break;
      case 'warning': text.warnings.push(...proseOf(child)); break;
      case 'reference': text.references.push(referenceOf(child)); break;
      case 'fix': script ??= markedText(child); break;
      default:
    }
  }
  return { text, script };
}

function referenceOf(element: XmlElement): Reference {
  return { href: element.attributes.get('href') ?? '', label: textOf(element).replace(/\s+/g, ' ').trim() };
}
