import { elementsOf, type XmlElement } from '../../xml/index.ts';
import type { CollectedItem, Field, Finding } from './model.ts';
import { shortVariable, type StatedField } from './oval-fields.ts';
import type { OvalReport, TestResult } from './oval-report.ts';

/** A check that an auditor has to read; more are counted. */
const mostFindings = 10;

interface Blame {
  test: string;
  negated: boolean;
}

/** The tests that made the definitions come out as they did, in the order of the check. */
export function findingsOf(report: OvalReport, definitions: readonly string[]): { findings: Finding[]; more: number } {
  const blamed = new Map<string, Blame>();
  for (const id of definitions) new Blaming(report, blamed).definition(id, undefined);
  const findings = [...blamed.values()].flatMap(({ test, negated }) => {
    const result = report.testResults.get(test);
    return result === undefined ? [] : [finding(report, test, negated, result)];
  });
  // "or it is not installed" belongs to almost every check, and is seldom what should be repaired.
  findings.sort((a, b) => Number(isAbsence(a)) - Number(isAbsence(b)));
  return { findings: findings.slice(0, mostFindings), more: Math.max(0, findings.length - mostFindings) };
}

function isAbsence({ existence, items }: Finding): boolean {
  return existence === 'none_exist' && items.every(({ kind }) => kind === 'dpkginfo' || kind === 'rpminfo');
}

class Blaming {
  private readonly report: OvalReport;
  private readonly blamed: Map<string, Blame>;
  /** A definition may be extended by many, and in a damaged report by itself. */
  private readonly seen = new Set<string>();

  constructor(report: OvalReport, blamed: Map<string, Blame>) {
    this.report = report;
    this.blamed = blamed;
  }

  /** @param wanted what it should have been; undefined: not what it is, for its rule does not pass */
  definition(id: string, wanted: boolean | undefined): void {
    const element = this.report.definitionResults.get(id);
    if (element === undefined) return;
    const should = wanted ?? element.attributes.get('result') !== 'true';
    if (this.seen.has(`${id} ${String(should)}`)) return;
    this.seen.add(`${id} ${String(should)}`);
    for (const criteria of elementsOf(element)) this.node(criteria, should);
  }

  private node(element: XmlElement, wanted: boolean): void {
    const negates = element.attributes.get('negate') === 'true';
    const inner = negates ? !wanted : wanted;
    switch (element.name.local) {
      case 'criteria': {
        const all = elementsOf(element);
        const guilty = all.filter((child) => effective(child) !== String(inner));
        // Where one would have been enough, every one of them is missing.
        for (const child of guilty) this.node(child, inner);
        break;
      }
      case 'extend_definition':
        this.definition(element.attributes.get('definition_ref') ?? '', inner);
        break;
      case 'criterion': {
        const test = element.attributes.get('test_ref') ?? '';
        if (!this.blamed.has(test)) this.blamed.set(test, { test, negated: !inner });
        break;
      }
      default:
    }
  }
}

/** OVAL writes a criterion's result with its negation applied. */
function effective(element: XmlElement): string {
  return element.attributes.get('result') ?? '';
}

function finding(report: OvalReport, id: string, negated: boolean, test: TestResult): Finding {
  const definition = report.tests.get(id);
  // "No such thing but those that are so": what is filtered out is what should be.
  const filters = test.existence === 'none_exist' && definition?.object !== undefined ? report.objects.get(definition.object)?.excludes ?? [] : [];
  const state = [...(definition?.states ?? []), ...filters].flatMap((of) => report.states.get(of) ?? []);
  return {
    test: id,
    comment: definition?.comment ?? '',
    result: test.result,
    negated,
    object: definition?.object === undefined ? [] : objectFields(report, definition.object, test),
    expected: filled(state, test),
    existence: test.existence,
    check: test.check,
    items: test.items.flatMap(({ id: item, result }): CollectedItem[] => {
      const found = report.items.get(item);
      return found === undefined ? [] : [{ ...found, result }];
    }),
    moreItems: test.moreItems,
    messages: [...test.messages, ...(definition?.object === undefined ? [] : report.objectMessages.get(definition.object) ?? [])].slice(0, 5),
  };
}

/** The fields of an object; of a set, those of the objects that it is put together from. */
function objectFields(report: OvalReport, id: string, test: TestResult): Field[] {
  const fields: Field[] = [];
  const seen = new Set<string>();
  const collect = (of: string): void => {
    if (seen.has(of) || seen.size > 20) return;
    seen.add(of);
    const object = report.objects.get(of);
    if (object === undefined) return;
    for (const field of filled(object.fields, test)) {
      if (!fields.some(({ name, value }) => name === field.name && value === field.value)) fields.push(field);
    }
    for (const part of object.parts) collect(part);
  };
  collect(id);
  return fields.slice(0, 12);
}

/** The values of variables in their place; the name of one that has none. */
function filled(fields: readonly StatedField[], { variables }: TestResult): Field[] {
  return fields.map(({ name, operation, value, variable }) => {
    const values = variable === undefined ? undefined : variables.get(variable);
    return { name, operation, value: values !== undefined ? values.join(', ') : variable === undefined ? value : shortVariable(variable) };
  });
}
