import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { CUPEL, FACTORY } from './paths.ts';
import { ProcessGroup } from './process-group.ts';

/** How a machine is reached: a lab machine, or something made up. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  keyFile: string;
}

export interface Request {
  baseline: string;
  content: string;
  environment?: Readonly<Record<string, string>>;
  /** More options for `cupel provision`; only without Packer. */
  options?: readonly string[];
}

/** A started build. */
export interface Build {
  /** What it printed so far, both streams. */
  readonly output: string;
  /** Waits until the output matches. Throws when the build ends without it. */
  until(pattern: RegExp): Promise<void>;
  /** Exit status; -1 when it was killed. */
  readonly ended: Promise<number>;
  readonly group: ProcessGroup;
  /** Artifacts that Packer recorded in its manifest. */
  artifacts(): unknown[];
  /** The evidence directories, by name. */
  evidence(): string[];
  /** A file of the evidence directory of that name. */
  evidenceFile(directory: string, name: string): string;
  /** Takes away what the build left on this host. */
  dispose(): Promise<void>;
}

const IMAGE = 'lab-image';

/** A real `packer build` of the null builder, which calls `cupel provision` through shell-local. */
export function packerBuild(endpoint: Endpoint, request: Request): Promise<Build> {
  return start(request, (directory) => {
    const variables = {
      cupel: CUPEL, baseline: request.baseline, content: request.content, image: IMAGE, out: path.join(directory, 'artifacts'),
      manifest: path.join(directory, 'manifest.json'), host: endpoint.host, port: String(endpoint.port), user: endpoint.user, key: endpoint.keyFile,
    };
    return ['packer', ['build', '-color=false', ...Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]), path.join(FACTORY, 'null.pkr.hcl')]];
  });
}

/** `cupel provision` alone. */
export function provision(endpoint: Endpoint, request: Request): Promise<Build> {
  return start(request, (directory) => ['node', [CUPEL, 'provision', '--baseline', request.baseline, '--content', request.content,
    '--host', endpoint.host, '--port', String(endpoint.port), '--user', endpoint.user, '--key-file', endpoint.keyFile,
    '--run-id', randomUUID(), '--image', IMAGE, '--out', path.join(directory, 'artifacts'), ...(request.options ?? [])]]);
}

async function start(request: Request, commandIn: (directory: string) => [string, string[]]): Promise<Build> {
  if (!existsSync(CUPEL)) throw new Error('dist/ is not there: npm run build');
  const directory = await mkdtemp(path.join(tmpdir(), 'cupel-factory-'));
  const artifacts = path.join(directory, 'artifacts');
  mkdirSync(path.join(directory, 'tmp'));
  const group = new ProcessGroup(path.basename(directory));
  const [file, args] = group.command(...commandIn(directory));
  const child = execa(file, args, {
    reject: false, all: true, buffer: false, stdin: 'ignore', cwd: directory,
    env: { TMPDIR: path.join(directory, 'tmp'), CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: path.join(directory, 'tmp'), ...request.environment },
  });
  let output = '';
  const watchers = new Set<() => void>();
  child.all.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    for (const watcher of watchers) watcher();
  });
  let over = false;
  const ended = child.then((result) => {
    over = true;
    for (const watcher of watchers) watcher();
    return result.exitCode ?? -1;
  });

  return {
    get output() { return output; },
    ended,
    group,
    until: (pattern) => new Promise((resolve, reject) => {
      const watcher = (): void => {
        const matched = pattern.test(output);
        if (!matched && !over) return;
        watchers.delete(watcher);
        if (matched) resolve();
        else reject(new Error(`the build ended without ${pattern.source}:\n${output}`));
      };
      watchers.add(watcher);
      watcher();
    }),
    artifacts() {
      const manifest = path.join(directory, 'manifest.json');
      return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { builds: unknown[] }).builds : [];
    },
    evidence: () => (existsSync(artifacts) ? readdirSync(artifacts).sort() : []),
    evidenceFile: (name, part) => path.join(artifacts, name, part),
    async dispose() {
      await group.remove();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
