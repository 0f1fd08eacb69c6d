import { type FileFacts, isSystemError, type Platform } from '../../../src/agent/platform/index.ts';

/** What each call of a platform gives in a folder that is empty, failures as their codes; as it comes out of JSON. */
export function calls(platform: Platform, folder: string): Record<string, unknown> {
  const { files } = platform;
  const place = (name: string): string => `${folder}/${name}`;
  const shell = (script: string, options = {}): unknown => tried(() => platform.run(['sh', '-c', script], options));
  const wide = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
  const ascii = Uint8Array.from({ length: 200 }, (_, at) => 0x20 + (at % 0x5f));
  const searched = Uint8Array.from(`${'x'.repeat(130)}]]>${'y'.repeat(70)}&${'z'.repeat(5)}\r`, (character) => character.charCodeAt(0));
  const chunks: number[] = [];

  return {
    created: tried(() => { files.create(place('new'), 'é𝒳\n', 0o640); return withoutTime(files.look(place('new'))); }),
    createdTwice: tried(() => { files.create(place('new'), '', 0o600); }),
    createdNowhere: tried(() => { files.create(place('no/new'), '', 0o600); }),
    read: tried(() => files.readText(place('new'), 7)),
    readTooLong: tried(() => files.readText(place('new'), 6)),
    readEmpty: tried(() => { files.create(place('empty'), '', 0o600); return files.readText(place('empty'), 0); }),
    readMissing: tried(() => files.readText(place('missing'), 9)),
    readFolder: tried(() => files.readText(folder, 9)),
    // The kernel's own say no size.
    readOfKernel: tried(() => files.readText('/proc/self/mountinfo', 1 << 20).includes(' / ')),
    readOfKernelTooLong: tried(() => files.readText('/proc/self/mountinfo', 100)),
    readLarge: tried(() => { files.write(place('large'), 'ab€'.repeat(100_000), 0o600); return files.readText(place('large'), 1 << 20).length; }),
    readNul: tried(() => { shell(`printf 'a\\000b' >${place('nul')}`); return files.readText(place('nul'), 9); }),
    readLatin1: tried(() => { shell(`printf 'caf\\351' >${place('latin1')}`); return files.readText(place('latin1'), 9); }),
    readHalfCharacter: tried(() => { shell(`printf '01234567\\342\\202' >${place('half')}`); return files.readText(place('half'), 99); }),
    readSurrogate: tried(() => { shell(`printf '\\355\\240\\200' >${place('surrogate')}`); return files.readText(place('surrogate'), 9); }),
    looked: tried(() => { shell(`ln -s new ${place('link')}; mkfifo ${place('fifo')}`); return ['link', 'fifo', 'missing', 'new/below'].map((name) => files.look(place(name))?.kind ?? null); }),
    folders: tried(() => { files.makeFolder(place('a/b/c'), 0o700); files.makeFolder(place('a'), 0o777); return ['a', 'a/b', 'a/b/c'].map((name) => files.look(place(name))?.mode); }),
    folderOnFile: tried(() => { files.makeFolder(place('new/x'), 0o700); }),
    listed: tried(() => { shell(`touch ${place('a/2')} ${place('a/1')} ${place('a/.3')}`); return [files.list(place('a')), files.list(place('none'))]; }),
    listedFile: tried(() => files.list(place('new'))),
    written: tried(() => { files.write(place('new'), 'second', 0o604); return [files.readText(place('new'), 99), files.look(place('new'))?.mode, files.list(folder).filter((name) => name.endsWith('.part'))]; }),
    replaced: tried(() => { files.create(place('other'), 'third', 0o600); files.replace(place('other'), place('new')); return [files.readText(place('new'), 99), files.look(place('other')) ?? null]; }),
    replacedByNothing: tried(() => { files.replace(place('other'), place('new')); }),
    mode: tried(() => { files.setMode(place('new'), 0o400); return files.look(place('new'))?.mode; }),
    modeMissing: tried(() => { files.setMode(place('missing'), 0o400); }),
    chunks: tried(() => { files.read(place('large'), (chunk) => { chunks.push(chunk.length); }); return chunks; }),
    removed: tried(() => { files.remove(place('a')); files.remove(place('a')); files.remove(place('link')); return [files.look(place('a')) ?? null, files.look(place('new'))?.kind]; }),

    output: shell('printf é; printf wrong >&2; exit 3'),
    environment: shell('printf %s "$ADDED-$CUPEL_INHERITED"', { env: { ADDED: 'a=b\nc' } }),
    environmentReplaced: shell('printf %s "$CUPEL_INHERITED"', { env: { CUPEL_INHERITED: 'mine' } }),
    input: shell('cat', { stdin: place('new') }),
    noInput: shell('cat'),
    signal: shell('kill -9 $$'),
    noProgram: tried(() => platform.run([place('missing')])),
    noSuchProgram: tried(() => platform.run(['cupel-no-such-program'])),
    notExecutable: tried(() => platform.run([place('large')])),
    toFile: tried(() => [platform.run(['printf', 'kept'], { stdout: { file: place('out') } }), files.readText(place('out'), 9), files.look(place('out'))?.mode]),
    taken: tried(() => { let size = 0; const { stdout, exitCode } = platform.run(['head', '-c', '300000', '/dev/zero'], { stdout: { take: (chunk) => { size += chunk.length; } } }); return [size, stdout, exitCode]; }),
    notText: shell(`printf 'a\\377b'`),

    environmentVariable: [platform.env('CUPEL_INHERITED'), platform.env('CUPEL_MISSING') ?? null],
    byteLength: ['', 'a', 'é', '€', '𝒳', 'a'.repeat(5000)].map((text) => platform.byteLength(text)),
    oneToOne: [platform.oneToOne(wide), platform.oneToOne(wide.subarray(250, 260)), platform.oneToOne(wide.subarray(0, 0))],
    asciiEnd: [platform.asciiEnd(ascii, 0), platform.asciiEnd(Uint8Array.of(...ascii.subarray(0, 150), 0x80), 3), platform.asciiEnd(Uint8Array.of(65, 9, 10, 13, 0), 1), platform.asciiEnd(searched.subarray(100), 0)],
    special: [platform.special(searched, 0, searched.length), platform.special(searched, 131, searched.length), platform.special(searched, 204, searched.length), platform.special(searched, 0, 132), platform.special(searched.subarray(100), 0, 50)],
    clock: [Number.isInteger(platform.now()), Math.abs(platform.now() - Date.now()) < 60_000, platform.monotonic() <= platform.monotonic()],
    locked: tried(() => platform.lock(place('lock'))),
    lockedNowhere: tried(() => platform.lock(place('no/lock'))),
  };
}

function withoutTime(facts: FileFacts | undefined): unknown {
  return facts === undefined ? null : { ...facts, modified: Number.isInteger(facts.modified) && Math.abs(facts.modified - Date.now()) < 60_000 };
}

function tried(call: () => unknown): unknown {
  try {
    return call() ?? 'done';
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `${error.code}: ${error.message.slice(error.path.length)}`;
  }
}
