import { execa } from 'execa';

/** What Prometheus' own linter says of a text: nothing when all is well. */
export async function checkMetrics(text: string): Promise<string> {
  const { exitCode, all } = await execa('promtool', ['check', 'metrics'], { input: text, reject: false, all: true });
  return exitCode === 0 ? '' : all === '' ? `promtool ended with ${exitCode ?? '?'}` : all;
}

/** The strict parser of Prometheus' Python client: how many families and samples a text has. Throws when it is not OpenMetrics. */
export async function readOpenMetrics(text: string): Promise<{ families: number; samples: number }> {
  const { stdout } = await execa('/usr/bin/python3', [new URL('openmetrics.py', import.meta.url).pathname], { input: text });
  const [families = NaN, samples = NaN] = stdout.split(' ').map(Number);
  return { families, samples };
}
