import { spawn } from 'node:child_process';
import type { Machine } from '../lab/index.ts';

/** Command line that runs a program of this host in the machine's network: its loopback addresses are the machine's. */
export function within(machine: Machine, argv: readonly string[]): [string, string[]] {
  const [, supervisor] = /^\/proc\/(\d+)\//.exec(machine.root) ?? [];
  if (supervisor === undefined) throw new Error(`${machine.name} is not running`);
  return ['nsenter', [`--net=/proc/${supervisor}/root/run/netns/guest`, '--', ...argv]];
}

/** A connection to a port of the machine. */
export interface Exchange {
  /** What to send, part by part, as latin1 text; a number waits for so many milliseconds. */
  send: readonly (string | number)[];
  /** Local address to come from; the address itself decides when left out. */
  from?: string;
  to?: string;
  port?: number;
  /** Close our half when all is sent. Default: stay, and wait for the end. */
  halfClose?: boolean;
}

/** Sends bytes to the exporter, and gives what came back by the time it closed the connection (latin1). */
export async function exchange(machine: Machine, { send, from, to = '127.0.0.1', port = 9779, halfClose = false }: Exchange): Promise<string> {
  const program = `
    const [port, to, from, halfClose, acts] = JSON.parse(process.argv[1]);
    const socket = require('net').connect({ port, host: to, ...(from ? { localAddress: from } : {}) });
    socket.on('data', (chunk) => process.stdout.write(chunk)).on('error', () => socket.destroy());
    socket.on('connect', async () => {
      for (const act of acts) {
        if (typeof act === 'number') await new Promise((done) => setTimeout(done, act));
        else if (!socket.destroyed) socket.write(Buffer.from(act, 'latin1'));
      }
      if (halfClose) socket.end();
    });`;
  const [file, args] = within(machine, ['node', '-e', program, JSON.stringify([port, to, from ?? '', halfClose, send])]);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let answer = '';
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => { answer += chunk; });
  await new Promise((resolve) => child.on('close', resolve));
  return answer;
}

export function statusOf(answer: string): number | undefined {
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? [];
  return status === undefined ? undefined : Number(status);
}

export const get = (path: string, ...headers: string[]): string => [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
