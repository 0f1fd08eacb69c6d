/**
 * Compiles src/ into dist/: the command line, and for each command what it alone needs, as few files (docs/decisions/0007).
 * Usage: tsx scripts/build.ts
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist');
/** In the way of every start, of the gate or of verifying; what other commands need stays in node_modules until one of them is called. */
const bundled = new Set(['@sigstore/bundle', '@sigstore/core', '@sigstore/protobuf-specs', '@sigstore/verify', 'leven', 'semver', 'tar-stream', 'yaml', 'yargs', 'zod']);
/** A build of an image may take hours and must find the files it began with. */
const keepMilliseconds = 24 * 3600 * 1000;

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outbase: 'src',
  outdir: 'dist',
  // Every file is two folders below the package, as in src/: what is found from `import.meta.url` is found from both.
  chunkNames: 'cli/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  external: Object.keys(dependencies).filter((name) => !bundled.has(name)),
  alias: {
    // Its entry for Node is CommonJS, of which nothing can be left out.
    yaml: join(root, 'node_modules/yaml/browser/index.js'),
    // yargs measures its help with tables of Unicode that take longer to load than all of yargs. Our help is ASCII.
    'string-width': join(root, 'scripts/ascii-width.ts'),
  },
  // CommonJS packages among those bundled call it.
  banner: { js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);" },
  metafile: true,
  logLevel: 'warning',
});

const made = new Set(Object.keys(metafile.outputs).map((file) => join(root, file)));
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(file) && Date.now() - statSync(file).mtimeMs > keepMilliseconds) rmSync(file);
}
