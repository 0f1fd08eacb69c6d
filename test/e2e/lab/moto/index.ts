import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execaSync } from 'execa';

export interface Moto {
  /** Base URL. */
  readonly url: string;
  /** What the AWS SDKs want to find in the environment. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const cache = path.join(import.meta.dirname, '../../../../.cache');

/** moto, a stand-in for AWS, on loopback: S3, KMS, EC2 and more. Fetched from Debian once. */
export async function startMoto(environment: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const folder = execaSync(path.join(import.meta.dirname, 'install.sh'), [cache], { stderr: 'inherit' }).stdout;
  const port = await freePort();
  // It ends with us, however that is.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '/usr/bin/python3', path.join(import.meta.dirname, 'serve.py'), String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], MOTO: folder, PYTHONDONTWRITEBYTECODE: '1', ...environment },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-10_000); });
  const ended = new Promise<void>((resolve) => child.once('close', () => { resolve(); }));
  const url = `http://127.0.0.1:${port}`;
  for (let waited = 0; !await answers(url); waited += 50) {
    if (child.exitCode !== null || waited > 30_000) throw new Error(`moto did not start:\n${said}`);
    await pause(50);
  }
  return {
    url,
    environment: { AWS_ACCESS_KEY_ID: 'lab', AWS_SECRET_ACCESS_KEY: 'lab', AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/moto-api/`).then((response) => response.ok, () => false);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0); });
    });
  });
}
