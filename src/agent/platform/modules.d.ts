/** What is used of QuickJS' modules std and os (2025-04-26) and of `provisioners/agent/build/native.c`; the build gives them these names. */
declare module 'quickjs-std' {
  export function getenv(name: string): string | undefined;
  export function getenviron(): Record<string, string>;
  export function exit(code: number): never;
}

declare module 'quickjs-os' {
  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_RDWR: number;
  export const O_CREAT: number;
  export const O_EXCL: number;
  export const O_TRUNC: number;
  export const S_IFMT: number;
  export const S_IFREG: number;
  export const S_IFDIR: number;
  export const S_IFLNK: number;
  /** Functions give 0 or more, or the negative errno. */
  export function open(path: string, flags: number, mode?: number): number;
  export function close(fd: number): number;
  export function read(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function write(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function rename(from: string, to: string): number;
  export function remove(path: string): number;
  export function mkdir(path: string, mode?: number): number;
  export function readdir(path: string): [string[], number];
  export function pipe(): [number, number] | null;
  export function waitpid(pid: number, options: number): [number, number];
  export function isatty(fd: number): boolean;
  export function sleep(milliseconds: number): void;
  export function now(): number;
}

declare module 'cupel-native' {
  export const version: string;
  export function fsync(path: string): number;
  export function lock(path: string): number;
  export function chmod(path: string, mode: number): number;
  export function look(path: string): [mode: number, size: number, modified: number, uid: number] | number;
  export function wait(first: number, second: number, milliseconds: number): number;
  export function spawn(argv: readonly string[], environment: readonly string[], stdin: number, stdout: number, stderr: number): number;
  export function decode(buffer: ArrayBuffer, length: number): string | null;
  export function encode(text: string): ArrayBuffer;
  export function oneToOne(bytes: ArrayBuffer, from: number, to: number): string;
  export function asciiEnd(bytes: ArrayBuffer, from: number, to: number): number;
  export function special(bytes: ArrayBuffer, from: number, to: number): number;
}

declare const scriptArgs: string[];
