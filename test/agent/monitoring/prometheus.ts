import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { stringify } from 'yaml';

export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

/** A real Prometheus on loopback; it dies with this process. */
export interface Prometheus {
  readonly url: string;
  /** An instant query. Throws what Prometheus says of a query that is wrong. */
  query(expression: string): Promise<Sample[]>;
  /** How the last scrapes went, for messages. */
  scraped(): Promise<string>;
  stop(): Promise<void>;
}

/** @param configuration as in prometheus.yml */
export async function startPrometheus(configuration: object): Promise<Prometheus> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cupel-prometheus-'));
  const file = path.join(directory, 'prometheus.yml');
  writeFileSync(file, stringify(configuration));
  const address = `127.0.0.1:${await freePort()}`;
  const program = execa('setpriv', ['--pdeathsig', 'KILL', 'prometheus', `--config.file=${file}`, `--storage.tsdb.path=${path.join(directory, 'data')}`, `--web.listen-address=${address}`],
    { stdin: 'ignore', all: true, reject: false, cleanup: true });
  const url = `http://${address}`;
  await untilAnswers(`${url}/-/ready`, program);
  return {
    url,
    async scraped() {
      const { data } = await (await fetch(`${url}/api/v1/targets`)).json() as { data: { activeTargets: { health: string; lastError: string }[] } };
      return data.activeTargets.map(({ health, lastError }) => `${health} ${lastError}`).join('; ');
    },
    async query(expression) {
      const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expression }) });
      const body = await answer.json() as { status: string; error?: string; data: { result: Sample[] } };
      if (body.status !== 'success') throw new Error(`${expression}: ${body.error ?? answer.statusText}`);
      return body.data.result;
    },
    async stop() {
      program.kill('SIGKILL');
      await program;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits for a program to answer. Throws what it printed when it ends, or after half a minute. */
export async function untilAnswers(url: string, program: PromiseLike<{ all?: string | undefined }>): Promise<void> {
  let ended: string | undefined;
  void program.then(({ all }) => { ended = all ?? ''; });
  for (const deadline = Date.now() + 30_000; ;) {
    if (ended !== undefined) throw new Error(`${url}: it ended:\n${ended}`);
    if (await fetch(url).then(({ ok }) => ok, () => false)) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
    await delay(50);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
