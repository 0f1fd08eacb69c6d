import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Folders that hold pure logic: no I/O, so that the gate is a function and the agent can be compiled. */
const pure = ['src/assay/model.ts', 'src/assay/read/**', 'src/xml/**', 'src/gate/**', 'src/baseline/model.ts'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', 'artifacts/', 'output/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'test/tally-reporter.cjs'] } } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-globals': ['error', { name: 'process', message: 'Only cli/io.ts and cli/main.ts touch the process.' }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['**/cli/**'], message: 'Dependencies run one way: nothing below cli/ imports it.' }] }],
    },
  },
  {
    files: ['src/cli/**', 'test/**', 'bench/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/cli/io.ts', 'src/cli/main.ts', 'test/**', 'bench/**'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: pure,
    rules: {
      'no-restricted-imports': ['error', { patterns: [
        { group: ['node:*', 'execa', 'winston', 'yaml', 'zod', 'xml2js', 'saxes', 'tar-stream'], message: 'Pure code: it is also compiled for the agent, where there is no Node.' },
        { group: ['**/cli/**', '**/target/**', '**/harden/**'], message: 'Dependencies run one way.' },
      ] }],
      // What Node has and QuickJS has not.
      'no-restricted-globals': ['error', 'process', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams', 'Intl', 'console', 'performance',
        'structuredClone', 'setTimeout', 'setImmediate', 'queueMicrotask', 'fetch', 'crypto', 'atob', 'btoa'],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': ['error', {
        selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
        message: 'Write import * as z from zod: of that the bundle leaves out what nobody uses.',
      }],
    },
  },
  {
    files: ['src/*.ts', 'src/*/*/**'],
    rules: {
      'no-restricted-syntax': ['error', {
        selector: "MetaProperty[meta.name='import']",
        message: 'Every file of dist/ is two folders below the package: only files of src/<folder>/ find the same with import.meta; see cli/package.ts.',
      }, {
        selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
        message: 'Write import * as z from zod: of that the bundle leaves out what nobody uses.',
      }],
    },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', module: 'writable', process: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
