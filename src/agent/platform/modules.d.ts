/** The modules of `provisioners/agent/build`. Functions give 0 or more, or the negative errno, unless their type says otherwise. */

/** `native.c`: what both programs have. */
declare module 'cupel-native' {
  export const version: string;
  export function look(path: string): [mode: number, size: number, modified: number, uid: number] | number;
  export function readText(path: string, limit: number): string | number;
  export function create(path: string, text: string, mode: number): number;
  export function makeFolder(path: string, mode: number): number;
  /** A character for each byte; empty at the end of the input, `null` when nothing came in time. */
  export function receive(milliseconds: number): string | null;
  export function write(fd: number, ...texts: string[]): number;
  export function byteLength(text: string): number;
  export function getenv(name: string): string | undefined;
  export function monotonic(): number;
  export function now(): number;
  export function exit(code: number): never;
}

/** `scanner.c`: what only the scanner has. */
declare module 'cupel-scanner' {
  export function fsync(path: string): number;
  export function lock(path: string): number;
  export function chmod(path: string, mode: number): number;
  export function rename(from: string, to: string): number;
  export function remove(path: string): number;
  export function names(path: string): string[] | number;
  export function openToRead(path: string): number;
  export function openToWrite(path: string, mode: number): number;
  export function close(fd: number): number;
  export function read(fd: number, buffer: ArrayBuffer, most: number): number;
  export function isTerminal(fd: number): number;
  /** Each `NAME=value`. */
  export function environment(): string[];
  export function pipe(): [read: number, write: number] | number;
  export function ended(pid: number): [exitCode: number, signal: number] | number;
  export function wait(first: number, second: number, milliseconds: number): number;
  export function spawn(argv: readonly string[], environment: readonly string[], stdin: number, stdout: number, stderr: number): number;
  export function decode(buffer: ArrayBuffer, length: number): string | null;
  export function encode(text: string): ArrayBuffer;
  export function oneToOne(bytes: ArrayBuffer, from: number, to: number): string;
  export function asciiEnd(bytes: ArrayBuffer, from: number, to: number): number;
  export function special(bytes: ArrayBuffer, from: number, to: number): number;
}

declare const scriptArgs: string[];
