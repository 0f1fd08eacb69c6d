import type { XmlName } from '../../xml/index.ts';
import { BenchmarkShapes, xccdf } from './benchmark.ts';
import type { Budget } from './budget.ts';
import { arfError } from './failure.ts';
import type { Shape } from './shape.ts';
import { TailoringShapes } from './tailoring.ts';
import { TestResultShapes } from './testresult.ts';

const arf = (local: string): string => `{http://scap.nist.gov/schema/asset-reporting-format/1.1}${local}`;
const ds = (local: string): string => `{http://scap.nist.gov/schema/scap/source/1.2}${local}`;

export type DocumentKind = 'arf' | 'benchmark' | 'test-result';

/** The three documents an assay is read from, and where in each the Benchmark and the TestResult stand. */
export class AssayDocument {
  readonly roots: ReadonlyMap<string, Shape>;
  readonly results: TestResultShapes;
  readonly benchmarks: BenchmarkShapes;
  readonly tailorings: TailoringShapes;
  kind: DocumentKind | undefined;
  private readonly resultsInside: BenchmarkShapes;
  private testResults = 0;

  constructor(budget: Budget) {
    this.results = new TestResultShapes(budget);
    this.benchmarks = new BenchmarkShapes(budget);
    this.tailorings = new TailoringShapes(budget);
    const testResult: readonly [string, Shape] = [xccdf('TestResult'), this.results.shape];
    this.resultsInside = new BenchmarkShapes(budget, [testResult]);
    this.roots = new Map([
      [arf('asset-report-collection'), this.collection(testResult)],
      [xccdf('Benchmark'), this.resultsInside.shape],
      testResult,
    ]);
  }

  /** Benchmarks the document encloses. */
  get enclosed(): BenchmarkShapes['found'] {
    return this.kind === 'benchmark' ? this.resultsInside.found : this.benchmarks.found;
  }

  /** Sees every element: a TestResult counts wherever it is, so that none can hide from, or hide, another. */
  watch(name: XmlName, known: boolean, depth: number): void {
    if (this.kind === undefined) {
      if (!known) throw arfError('root', `<${name.local}> is not an ARF and not XCCDF 1.2 results`);
      this.kind = name.local === 'TestResult' ? 'test-result' : name.local === 'Benchmark' ? 'benchmark' : 'arf';
    }
    if (name.local !== 'TestResult') return;
    this.testResults++;
    if (this.testResults > 1) throw arfError('two-results', 'more than one TestResult: which of them counts is not known');
    if (!known) throw arfError('misplaced-results', `a TestResult stands where none belongs (inside ${depth} known elements)`);
  }

  private collection(testResult: readonly [string, Shape]): Shape {
    const benchmark = [xccdf('Benchmark'), this.benchmarks.shape] as const;
    const component: Shape = {
      ...inside(benchmark, [xccdf('Tailoring'), this.tailorings.shape]),
      open: (attributes) => { this.benchmarks.component = this.tailorings.component = attributes.get('id') ?? ''; },
      close: () => { this.benchmarks.component = this.tailorings.component = ''; },
    };
    const source = inside([ds('component'), component]);
    const request = inside([arf('content'), inside([ds('data-stream-collection'), source], benchmark)]);
    const report = inside([arf('content'), inside(testResult)]);
    return inside([arf('report-requests'), inside([arf('report-request'), request])], [arf('reports'), inside([arf('report'), report])]);
  }
}

function inside(...children: (readonly [string, Shape])[]): Shape {
  const map = new Map(children);
  return { children: () => map };
}
