import { createHash } from 'node:crypto';
import { pack, type Header } from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { packBundle, stableJson, type Contents, type Signer, type Trust, type VerifyOptions } from '../../../src/evidence/index.ts';
import { signStatement } from '../../../src/evidence/hallmark/index.ts';
import { entries, hallmarkFile, statementFile } from '../../../src/evidence/bundle/index.ts';
import type { Statement } from '../../../src/evidence/statement/index.ts';
import type { Verdict } from '../../../src/gate/index.ts';
import { signedEvidence, signer } from '../sample.ts';

/** What somebody does to evidence, and how it is found out. */
export interface Forgery {
  /** Completes "refuses …". */
  name: string;
  /** The reason code. */
  code: string;
  /** The bytes of the bundle, with whom to trust where that is made along with it. */
  make: () => Promise<Buffer | { bundle: Buffer; trust: Partial<Trust> }>;
  trust?: Partial<Trust>;
  expect?: VerifyOptions['expect'];
}

export const claims = 'https://cupel.dev/schema/hallmark/v1';

/** A parsed JSON document; forgers keep to no schema. */
export type Loose = Record<string, unknown>;

/** Puts `value` at a path; `undefined` removes what is there. */
export function put(document: Loose, value: unknown, ...path: (string | number)[]): void {
  const last = path.pop();
  const holder = path.reduce<unknown>((at, key) => (at as Loose)[String(key)], document) as Loose;
  if (value === undefined) Reflect.deleteProperty(holder, String(last));
  else holder[String(last)] = value;
}

export const edit = (contents: Contents, name: string, change: (text: string) => string): Map<string, Buffer> =>
  new Map(contents).set(name, Buffer.from(change(textOf(contents, name))));

export function textOf(contents: Contents, name: string): string {
  const held = contents.get(name);
  if (held === undefined) throw new Error(`the sample lacks ${name}`);
  return held.toString('utf8');
}

export const editVerdict = (contents: Contents, change: (verdict: Verdict) => void): Map<string, Buffer> => edit(contents, 'verdict.json', (text) => {
  const verdict = JSON.parse(text) as Verdict;
  change(verdict);
  return `${JSON.stringify(verdict, null, 2)}\n`;
});

export const editHallmark = (contents: Contents, change: (hallmark: Loose) => void): Map<string, Buffer> => edit(contents, hallmarkFile, (text) => {
  const hallmark = JSON.parse(text) as Loose;
  change(hallmark);
  return `${JSON.stringify(hallmark, null, 2)}\n`;
});

/** Somebody with the trusted key: signs whatever statement, with the digests of whatever files. */
export async function resign(contents: Contents, change: (statement: Loose) => void = () => undefined, by: Signer = signer): Promise<Map<string, Buffer>> {
  const statement = JSON.parse(textOf(contents, statementFile)) as Statement;
  for (const subject of statement.subject) {
    const held = contents.get(subject.name);
    if (held !== undefined) subject.digest.sha256 = createHash('sha256').update(held).digest('hex');
  }
  statement.predicate[claims].signer = { keyid: by.keyid, algorithm: by.algorithm, development: by.development };
  change(statement);
  return await signText(contents, stableJson(statement), by);
}

/** The same for a statement's text, as it is. */
export async function signText(contents: Contents, statement: string, by: Signer = signer): Promise<Map<string, Buffer>> {
  return new Map(contents).set(statementFile, Buffer.from(statement)).set(hallmarkFile, Buffer.from(await signStatement(Buffer.from(statement), by)));
}

/** An archive made by hand: the entries of a bundle, changed as told. */
export async function tarOf(contents: Contents, change: (list: [Partial<Header> & { name: string }, Buffer][]) => void): Promise<Buffer> {
  const list = Object.keys(entries).flatMap((name): [Partial<Header> & { name: string }, Buffer][] => {
    const content = contents.get(name);
    return content === undefined ? [] : [[{ name, type: 'file', mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(315_532_800_000) }, content]];
  });
  change(list);
  const archive = pack();
  for (const [header, content] of list) {
    if (header.type === 'file') archive.entry(header, content);
    else archive.entry(header);
  }
  archive.finalize();
  return await buffer(archive);
}

export const zip = (tar: Buffer): Buffer => gzipSync(tar, { level: 9 });

/** True evidence, changed and packed. */
export async function changed(change: (contents: Contents) => Contents | Promise<Contents>): Promise<Buffer> {
  return await packBundle(await change(await signedEvidence()));
}

/** True evidence in an archive made by hand. */
export async function archived(change: (list: [Partial<Header> & { name: string }, Buffer][]) => void): Promise<Buffer> {
  return zip(await tarOf(await signedEvidence(), change));
}
