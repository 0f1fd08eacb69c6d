import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../agent/monitoring/prometheus.ts';
import type { Machine } from '../lab/index.ts';
import { within } from './within.ts';

/**
 * A port on this host's loopback that leads to a port on the machine's loopback.
 * @returns the address, and what ends it
 */
export async function bridgeTo(machine: Machine, port: number): Promise<{ address: string; stop: () => Promise<void> }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cupel-bridge-'));
  const socket = path.join(directory, 'socket');
  // A socket in the file system is the same in both networks.
  const program = `
    const net = require('net');
    const [socket, port] = process.argv.slice(1);
    const join = (client) => {
      const server = net.connect(Number(port), '127.0.0.1');
      client.pipe(server).pipe(client);
      client.on('error', () => server.destroy());
      server.on('error', () => client.destroy());
    };
    net.createServer(join).listen(socket, () => console.log('ready'));`;
  const [file, args] = within(machine, ['setpriv', '--pdeathsig', 'KILL', 'node', '-e', program, socket, String(port)]);
  const inner = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    inner.stdout.once('data', () => { resolve(); });
    inner.once('exit', (code) => { reject(new Error(`the bridge ended with ${code ?? 'a signal'}`)); });
  });
  const own = await freePort();
  const outer = createServer((client) => {
    const server = connect(socket);
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => outer.listen(own, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${own}`,
    stop: async () => {
      inner.kill('SIGKILL');
      outer.close();
      await new Promise((resolve) => inner.once('close', resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
