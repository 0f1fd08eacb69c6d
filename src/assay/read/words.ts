import { resultWords, severities, type ResultWord, type Severity } from '../model.ts';
import { arfError } from './failure.ts';

const results: ReadonlySet<string> = new Set(resultWords);
const known: ReadonlySet<string> = new Set(severities);
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/;
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

export function resultWord(word: string, subject: string): ResultWord {
  if (!results.has(word)) throw arfError('unknown-result', `${subject}: "${word.slice(0, 60)}" is not a result of XCCDF`, subject);
  return word as ResultWord;
}

export function severityWord(word: string, subject: string): Severity {
  if (!known.has(word)) throw arfError('severity', `${subject}: "${word.slice(0, 60)}" is not a severity of XCCDF`, subject);
  return word as Severity;
}

/** A finite decimal number as XML Schema writes it. */
export function number(text: string, subject: string): number {
  const value = decimal.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw arfError('number', `${subject}: "${text.slice(0, 60)}" is not a number`, subject);
  return value;
}

/** A weight: XCCDF allows no negative one. */
export function weight(text: string, subject: string): number {
  const value = number(text, subject);
  if (value < 0) throw arfError('number', `${subject}: weight ${value} is negative`, subject);
  return value;
}

/** An XML Schema dateTime that exists, returned as it was written. */
export function time(text: string | undefined, subject: string): string {
  if (text === undefined) throw arfError('incomplete', `the TestResult has no ${subject}`, subject);
  if (!dateTime.test(text) || Number.isNaN(Date.parse(text))) throw arfError('time', `${subject}: "${text.slice(0, 60)}" is not a date and time`, subject);
  return text;
}
