import type { XmlAttributes, XmlName } from '../../xml/index.ts';
import { elementsOf, textOf, type Capture, type XmlElement } from '../../xml/index.ts';
import { collectedItem, fieldsOf, type StatedField } from './oval-fields.ts';
import type { CollectedItem } from './model.ts';

const oval = 'http://oval.mitre.org/XMLSchema/oval-';
const definitions = `${oval}definitions-5`;
const results = `${oval}results-5`;
const characteristics = `${oval}system-characteristics-5`;

/** More are counted, not held. */
const mostItems = 8;
const mostTested = 1000;

export interface TestDefinition {
  comment: string;
  object: string | undefined;
  states: string[];
}

export interface ObjectDefinition {
  fields: StatedField[];
  /** Objects that it is put together from. */
  parts: string[];
  /** States whose things are left out. */
  excludes: string[];
}

export interface TestResult {
  result: string;
  existence: string;
  check: string;
  items: { id: string; result: string }[];
  moreItems: number;
  variables: Map<string, string[]>;
  messages: string[];
}

/**
 * What one OVAL report says of the definitions that are asked about. oscap writes definitions, tests, objects and
 * states first, then results, then what was collected; each part says what is needed of the next one.
 * From a report in another order less is known, nothing wrong.
 */
export class OvalReport {
  readonly tests = new Map<string, TestDefinition>();
  readonly objects = new Map<string, ObjectDefinition>();
  readonly states = new Map<string, StatedField[]>();
  readonly definitionResults = new Map<string, XmlElement>();
  readonly testResults = new Map<string, TestResult>();
  readonly items = new Map<string, CollectedItem>();
  /** By object id: what oscap said while it collected it. */
  readonly objectMessages = new Map<string, string[]>();
  private readonly refers = new Map<string, { definitions: string[]; tests: string[] }>();
  private current: { definitions: string[]; tests: string[] } | undefined;
  private readonly wantedDefinitions: Set<string>;
  private readonly wantedTests = new Set<string>();
  private readonly wantedStates = new Set<string>();
  private readonly wantedObjects = new Set<string>();
  private readonly wantedItems = new Set<string>();

  /** @param wanted ids of definitions */
  constructor(wanted: Iterable<string>) {
    this.wantedDefinitions = new Set(wanted);
  }

  open({ uri, local, key }: XmlName, attributes: XmlAttributes): Capture | undefined {
    if (!uri.startsWith(oval)) return undefined;
    if (uri === results) return this.openResult(local, attributes);
    if (uri === definitions) {
      this.openDefinition(local, attributes);
      return undefined;
    }
    const id = attributes.get('id');
    if (id === undefined) return undefined;
    if (uri.startsWith(`${characteristics}#`)) return local.endsWith('_item') && this.wantedItems.has(id) ? { take: (element) => this.items.set(id, collectedItem(element)) } : undefined;
    if (key === `{${characteristics}}object`) {
      return this.wantedObjects.has(id)
        ? { take: (element) => this.objectMessages.set(id, messagesIn(element)), skip: (name) => name.local !== 'message' }
        : undefined;
    }
    if (!uri.startsWith(`${definitions}#`)) return undefined;
    if (local.endsWith('_test')) return this.wantedTests.has(id) ? { take: (element) => this.takeTest(id, element) } : undefined;
    if (local.endsWith('_object')) return { take: (element) => this.takeObject(id, element) };
    if (local.endsWith('_state')) return this.wantedStates.has(id) ? { take: (element) => this.states.set(id, fieldsOf(element)) } : undefined;
    return undefined;
  }

  private openDefinition(local: string, attributes: XmlAttributes): void {
    switch (local) {
      case 'definition':
        this.current = { definitions: [], tests: [] };
        this.refers.set(attributes.get('id') ?? '', this.current);
        break;
      case 'extend_definition': this.current?.definitions.push(attributes.get('definition_ref') ?? ''); break;
      case 'criterion': this.current?.tests.push(attributes.get('test_ref') ?? ''); break;
      case 'tests': this.follow(); break;
      default:
    }
  }

  /** From the definitions asked about to every definition and test that they rest on. */
  private follow(): void {
    for (const id of this.wantedDefinitions) {
      // The set grows while it is walked.
      const refers = this.refers.get(id);
      for (const definition of refers?.definitions ?? []) this.wantedDefinitions.add(definition);
      for (const test of refers?.tests ?? []) this.wantedTests.add(test);
    }
    this.refers.clear();
    this.current = undefined;
  }

  private takeTest(id: string, element: XmlElement): void {
    const test: TestDefinition = { comment: element.attributes.get('comment') ?? '', object: undefined, states: [] };
    for (const child of elementsOf(element)) {
      const object = child.attributes.get('object_ref');
      const state = child.attributes.get('state_ref');
      if (object !== undefined) this.wantedObjects.add(test.object = object);
      if (state !== undefined) {
        test.states.push(state);
        this.wantedStates.add(state);
      }
    }
    this.tests.set(id, test);
  }

  private takeObject(id: string, element: XmlElement): void {
    const parts: string[] = [];
    const excludes: string[] = [];
    const collect = (inside: XmlElement): void => {
      for (const child of elementsOf(inside)) {
        if (child.name.local === 'object_reference') parts.push(textOf(child).trim());
        else if (child.name.local === 'set') collect(child);
        else if (child.name.local === 'filter' && child.attributes.get('action') !== 'include') excludes.push(textOf(child).trim());
      }
    };
    collect(element);
    if (this.wantedObjects.has(id)) for (const state of excludes) this.wantedStates.add(state);
    this.objects.set(id, { fields: parts.length > 0 ? [] : fieldsOf(element), parts, excludes });
  }

  private openResult(local: string, attributes: XmlAttributes): Capture | undefined {
    if (local === 'definition') {
      const id = attributes.get('definition_id') ?? '';
      return this.wantedDefinitions.has(id) ? { take: (element) => this.definitionResults.set(id, element) } : undefined;
    }
    if (local !== 'test') return undefined;
    const id = attributes.get('test_id') ?? '';
    if (!this.wantedTests.has(id)) return undefined;
    let items = 0;
    const result: TestResult = {
      result: attributes.get('result') ?? '', existence: attributes.get('check_existence') ?? 'at_least_one_exists', check: attributes.get('check') ?? '',
      items: [], moreItems: 0, variables: new Map(), messages: [],
    };
    return {
      skip: ({ local: child }) => child === 'tested_item' && ++items > mostTested,
      take: (element) => {
        this.takeTestResult(result, element);
        result.moreItems += Math.max(0, items - mostTested);
        this.testResults.set(id, result);
      },
    };
  }

  private takeTestResult(result: TestResult, element: XmlElement): void {
    const tested: { id: string; result: string }[] = [];
    for (const child of elementsOf(element)) {
      if (child.name.local === 'tested_item') tested.push({ id: child.attributes.get('item_id') ?? '', result: child.attributes.get('result') ?? '' });
      else if (child.name.local === 'message') result.messages.push(textOf(child).trim());
      else if (child.name.local === 'tested_variable') {
        const variable = child.attributes.get('variable_id') ?? '';
        const values = result.variables.get(variable) ?? [];
        if (values.length < 50) values.push(textOf(child));
        result.variables.set(variable, values);
      }
    }
    // Those that speak against the rule first: among a thousand files, it is the one with the wrong mode that matters.
    tested.sort((a, b) => rank(a.result) - rank(b.result));
    result.items = tested.slice(0, mostItems);
    result.moreItems = tested.length - result.items.length;
    for (const { id } of result.items) this.wantedItems.add(id);
  }
}

function rank(result: string): number {
  return result === 'true' ? 2 : result === 'not evaluated' ? 1 : 0;
}

function messagesIn(element: XmlElement): string[] {
  return elementsOf(element).filter((child) => child.name.local === 'message').map((child) => textOf(child).trim()).filter((text) => text !== '').slice(0, 5);
}
