import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { monitoringKit } from '../../agent/monitoring/kit.ts';
import { freePort, untilAnswers } from '../../agent/monitoring/prometheus.ts';

/** One alert as somebody was told of it. */
export interface Told {
  receiver: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface Route {
  receiver: string;
  routes?: Route[];
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
}

/** A real Alertmanager with the shipped route at the pace of a test, and somebody who is told. */
export async function startAlertmanager(): Promise<{ address: string; told: readonly Told[]; stop: () => Promise<void> }> {
  const told: Told[] = [];
  const somebody = createServer((request, response) => {
    void text(request).then((body) => {
      const { receiver, alerts } = JSON.parse(body) as { receiver: string; alerts: Omit<Told, 'receiver'>[] };
      told.push(...alerts.map(({ status, labels, annotations }) => ({ receiver, status, labels, annotations })));
      response.end();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => somebody.listen(port, '127.0.0.1', resolve));
  const directory = mkdtempSync(path.join(tmpdir(), 'cupel-alertmanager-'));
  const configuration = parse(readFileSync(monitoringKit('alertmanager/alertmanager.yml'), 'utf8').replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)) as { route: Route };
  const hurry = (route: Route): Route => ({ ...route, group_wait: '100ms', group_interval: '1s', repeat_interval: '1h', ...(route.routes === undefined ? {} : { routes: route.routes.map(hurry) }) });
  writeFileSync(path.join(directory, 'alertmanager.yml'), stringify({ ...configuration, route: hurry(configuration.route) }));
  const address = `127.0.0.1:${await freePort()}`;
  const program = execa('setpriv', ['--pdeathsig', 'KILL', 'prometheus-alertmanager', `--config.file=${path.join(directory, 'alertmanager.yml')}`, `--storage.path=${directory}`,
    `--web.listen-address=${address}`, '--cluster.listen-address='], { stdin: 'ignore', all: true, reject: false });
  await untilAnswers(`http://${address}/-/ready`, program);
  return {
    address, told,
    stop: async () => {
      program.kill('SIGKILL');
      await program;
      somebody.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
