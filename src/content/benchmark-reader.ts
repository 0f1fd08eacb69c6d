import { severities, type Severity } from '../assay/model.ts';
import { ConfigurationError } from '../errors.ts';
import type { XmlAttributes, XmlHandler, XmlName } from '../xml/index.ts';
import { shortId, type ContentIndex, type ContentProfile, type ContentRule, type ContentValue } from './model.ts';

const xccdf = 'http://checklists.nist.gov/xccdf/1.2';
const dataStream = 'http://scap.nist.gov/schema/scap/source/1.2';
const cisBenchmark = /^https?:\/\/(www\.)?cisecurity\.org\/benchmark\//;
const shellFix = 'urn:xccdf:fix:script:sh';

type Sink = (text: string) => void;
type WrittenProfile = ContentProfile & { extends: string | undefined };

/** Collects from the events of one data stream what a `ContentIndex` holds. */
export class BenchmarkReader implements XmlHandler {
  private readonly rules = new Map<string, ContentRule>();
  private readonly values = new Map<string, ContentValue>();
  private readonly groups = new Map<string, boolean>();
  private readonly profiles = new Map<string, WrittenProfile>();
  private readonly cpes: string[] = [];
  private readonly groupPath: string[] = [];
  private streamId = '';
  private benchmark: ContentIndex['benchmark'] | undefined;
  /** Depth below the document's root, and where the item being read was opened. */
  private depth = 0;
  private rule: ContentRule | undefined;
  private value: ContentValue | undefined;
  private profile: WrittenProfile | undefined;
  private itemDepth = 0;
  private benchmarkDepth = 0;
  private inBenchmark = false;
  /** Where the text of the element being read goes, and the depth it was opened at. */
  private sink: Sink | undefined;
  private sinkDepth = 0;
  private collected = '';

  get wantsText(): boolean {
    return this.sink !== undefined;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    this.depth += 1;
    if (name.uri === xccdf) {
      if (name.local === 'Benchmark') this.openBenchmark(attributes);
      else if (this.inBenchmark) this.openInside(name.local, attributes);
    } else if (name.uri === dataStream && name.local === 'data-stream' && this.streamId === '') this.streamId = attributes.get('id') ?? '';
  }

  text(text: string): void {
    if (this.sink) this.collected += text;
  }

  close(name: XmlName): void {
    if (this.sink && this.depth === this.sinkDepth) {
      this.sink(this.collected.trim());
      this.sink = undefined;
    }
    if (this.inBenchmark && name.uri === xccdf) {
      if (name.local === 'Group') this.groupPath.pop();
      if (this.depth === this.itemDepth) this.rule = this.value = this.profile = undefined;
      if (this.depth === this.benchmarkDepth) this.inBenchmark = false;
    }
    this.depth -= 1;
  }

  /**
   * What was read, once the document has ended.
   * @throws ConfigurationError `content-no-benchmark`, `content-extends`
   */
  result(): Omit<ContentIndex, 'sha256' | 'size'> {
    if (this.benchmark === undefined) throw new ConfigurationError('content-no-benchmark', 'there is no XCCDF 1.2 benchmark in it');
    const profiles = new Map([...this.profiles].map(([id, profile]) => [id, this.inherit(profile, [])] as const));
    const product = /ssg-([a-z0-9]+)-/.exec(this.streamId)?.[1] ?? shortId(this.benchmark.id).toLowerCase();
    return { product, cpes: this.cpes, benchmark: this.benchmark, profiles, groups: this.groups, rules: this.rules, values: this.values };
  }

  private openBenchmark(attributes: XmlAttributes): void {
    if (this.benchmark) throw new ConfigurationError('content-benchmarks', 'there are several benchmarks in it', { remedy: 'use a data stream with one benchmark' });
    this.benchmark = { id: attributes.get('id') ?? '', version: '', title: '' };
    this.benchmarkDepth = this.depth;
    this.inBenchmark = true;
  }

  private openInside(local: string, attributes: XmlAttributes): void {
    if (this.rule) this.inRule(this.rule, local, attributes);
    else if (this.value) this.inValue(this.value, local, attributes);
    else if (this.profile) this.inProfile(this.profile, local, attributes);
    else this.openItem(local, attributes);
  }

  private openItem(local: string, attributes: XmlAttributes): void {
    const id = shortId(attributes.get('id') ?? '');
    const selected = attributes.get('selected') !== 'false';
    switch (local) {
      case 'Group':
        this.groupPath.push(id);
        this.groups.set(id, selected);
        break;
      case 'Rule':
        this.rule = { id, title: '', severity: severityOf(attributes.get('severity')), cis: [], checks: [], hasFix: false, selected, groups: [...this.groupPath] };
        this.rules.set(id, this.rule);
        this.itemDepth = this.depth;
        break;
      case 'Value':
        this.value = { id, title: '', type: typeOf(attributes.get('type')), default: undefined, options: {} };
        this.values.set(id, this.value);
        this.itemDepth = this.depth;
        break;
      case 'Profile':
        this.profile = {
          id, fullId: attributes.get('id') ?? '', title: '', rules: {}, groups: {}, selectors: {}, settings: {}, extends: attributes.get('extends'),
        };
        this.profiles.set(id, this.profile);
        this.itemDepth = this.depth;
        break;
      default:
        if (this.benchmark && this.depth === this.benchmarkDepth + 1) this.inHeader(this.benchmark, local, attributes);
    }
  }

  private inHeader(benchmark: ContentIndex['benchmark'], local: string, attributes: XmlAttributes): void {
    if (local === 'version') this.collect((text) => { benchmark.version = text; });
    else if (local === 'title') this.collect((text) => { benchmark.title = oneLine(text); });
    else if (local === 'platform') this.cpes.push(attributes.get('idref') ?? '');
  }

  private inRule(rule: ContentRule, local: string, attributes: XmlAttributes): void {
    if (local === 'title' && this.depth === this.itemDepth + 1) this.collect((text) => { rule.title = oneLine(text); });
    else if (local === 'reference' && cisBenchmark.test(attributes.get('href') ?? '')) this.collect((text) => rule.cis.push(text));
    else if (local === 'check') rule.checks.push(attributes.get('system') ?? '');
    else if (local === 'fix' && attributes.get('system') === shellFix) rule.hasFix = true;
  }

  private inValue(value: ContentValue, local: string, attributes: XmlAttributes): void {
    if (local === 'title') this.collect((text) => { value.title = oneLine(text); });
    else if (local === 'value') {
      const selector = attributes.get('selector');
      this.collect((text) => {
        if (selector === undefined || selector === '') value.default = text;
        else value.options[selector] = text;
      });
    }
  }

  private inProfile(profile: WrittenProfile, local: string, attributes: XmlAttributes): void {
    const idref = attributes.get('idref') ?? '';
    if (local === 'title') this.collect((text) => { profile.title = oneLine(text); });
    else if (local === 'select') {
      const said = idref.includes('_group_') && !idref.includes('_rule_') ? profile.groups : profile.rules;
      said[shortId(idref)] = attributes.get('selected') === 'true' || attributes.get('selected') === '1';
    } else if (local === 'refine-value') profile.selectors[shortId(idref)] = attributes.get('selector') ?? '';
    else if (local === 'set-value') this.collect((text) => { profile.settings[shortId(idref)] = text; });
  }

  private collect(sink: Sink): void {
    this.sink = sink;
    this.sinkDepth = this.depth;
    this.collected = '';
  }

  /** A profile on top of the one it extends. */
  private inherit(profile: WrittenProfile, chain: readonly string[]): ContentProfile {
    const { extends: parentId, ...own } = profile;
    if (parentId === undefined) return own;
    const parent = this.profiles.get(shortId(parentId));
    if (parent === undefined || chain.includes(profile.id)) {
      throw new ConfigurationError('content-extends', `profile ${profile.id} extends ${parentId}, which ${parent ? 'extends it in turn' : 'is not there'}`);
    }
    const base = this.inherit(parent, [...chain, profile.id]);
    return {
      ...own,
      rules: { ...base.rules, ...own.rules },
      groups: { ...base.groups, ...own.groups },
      selectors: { ...base.selectors, ...own.selectors },
      settings: { ...base.settings, ...own.settings },
    };
  }
}

const severityOf = (word: string | undefined): Severity => severities.find((known) => known === word) ?? 'unknown';
const typeOf = (word: string | undefined): ContentValue['type'] => (word === 'number' || word === 'boolean' ? word : 'string');
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
