/** Hardens a lab machine with a shipped baseline, reboots and judges it: `npx tsx test/e2e/prove.ts debian13-cis-l2-server`. Ends as `cupel provision` does. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { loadBaseline } from '../../src/baseline/index.ts';
import { CUPEL, REPOSITORY } from './factory/index.ts';
import { realContent } from '../content/real.ts';
import { startMachine } from './lab/index.ts';

const suites = { debian12: 'bookworm', debian13: 'trixie' } as const;

const name = process.argv[2] ?? 'debian13-cis-l1-server';
const { content: { product } } = await loadBaseline(name);
const suite = suites[product as keyof typeof suites] as (typeof suites)[keyof typeof suites] | undefined;
if (suite === undefined) {
  console.error(`prove: there are lab machines for ${Object.keys(suites).join(' and ')} only, not for ${product}`);
  process.exit(64);
}
const content = (await realContent(product)).path;
const out = path.join(REPOSITORY, '.cache/prove');
mkdirSync(out, { recursive: true });
const machine = await startMachine({ suite });
try {
  await withoutAudit();
  const { exitCode } = await execa('node', [CUPEL, 'provision', '--baseline', name, '--content', content, '--image', name, '--out', out,
    '--host', machine.host, '--port', String(machine.port), '--user', machine.user, '--key-file', machine.keyFile], { reject: false, stdout: 'inherit', stderr: 'inherit' });
  process.exitCode = exitCode ?? 1;
} finally {
  await machine.stop();
}

/** The kernel's audit belongs to the host alone: what starts at the end of level 2 to use it would have failed, in a container. */
async function withoutAudit(): Promise<void> {
  for (const unit of ['auditd', 'audit-rules']) {
    const folder = `/etc/systemd/system/${unit}.service.d`;
    const { exitCode, stderr } = await machine.exec(`mkdir -p ${folder} && cat >${folder}/container.conf`, '[Unit]\nConditionVirtualization=!container\n');
    if (exitCode !== 0) throw new Error(stderr);
  }
}
