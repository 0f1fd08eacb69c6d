/** What an ARF says of its rules beyond their results: for reports, never for the gate. */

/** Markup of the content, read into plain blocks. */
export interface ProseBlock {
  /** `code` keeps its line breaks; in the others inline code stands between backticks and line breaks are meant. */
  kind: 'paragraph' | 'item' | 'code';
  text: string;
}

export interface RuleText {
  description: ProseBlock[];
  rationale: ProseBlock[];
  /** What the content warns of before the fix is applied. */
  warnings: ProseBlock[];
  references: Reference[];
}

export interface Reference {
  /** As in the content; only http and https are ever a link. */
  href: string;
  label: string;
}

/** One test of a check, as oscap evaluated it. */
export interface Finding {
  /** OVAL test id. */
  test: string;
  /** What the content calls the test. */
  comment: string;
  /** OVAL result word: `false`, `error`, `unknown`, …; `true` where the check wants it to be otherwise. */
  result: string;
  /** Whether the check wants the test not to be true. */
  negated: boolean;
  /** What was looked for: fields of the OVAL object. */
  object: Field[];
  /** What it should be: fields of the OVAL states. */
  expected: Field[];
  /** How many things should exist, in words of OVAL: `at_least_one_exists`, `none_exist`, … */
  existence: string;
  /** How many of them should be as expected: `all`, `at least one`, … */
  check: string;
  /** What was found. None: nothing was there. */
  items: CollectedItem[];
  /** Further items left out. */
  moreItems: number;
  /** What oscap said while it looked. */
  messages: string[];
}

export interface CollectedItem {
  /** For example `textfilecontent`. */
  kind: string;
  /** Of the item against the state: `true`, `false`, `not evaluated`, … */
  result: string;
  /** `exists`, `does not exist`, `error`, … */
  status: string;
  fields: Field[];
}

export interface Field {
  name: string;
  /** For what was looked for or expected: `equals`, `pattern match`, `greater than or equal`, …; '' for what was found. */
  operation: string;
  /** Values of a variable are joined by `, `. */
  value: string;
}

export interface RuleDetail {
  text: RuleText | undefined;
  /** The content's shell fix, with the values in force; for rules that do not pass only. */
  script: string | undefined;
  /** Tests that speak against the rule; for rules that do not pass only. */
  findings: Finding[];
  /** Further findings left out. */
  moreFindings: number;
}

export interface AssayDetail {
  /** By full XCCDF id. */
  rules: ReadonlyMap<string, RuleDetail>;
  /** XCCDF values in force, by short id. */
  values: Readonly<Record<string, string>>;
  /** What the content says that its profile follows: `CIS Debian Benchmark for Level 1 - Server`, `1.1.0`. */
  standard: { title: string; version: string } | undefined;
}
