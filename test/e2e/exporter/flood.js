/**
 * Opens many connections at once and says what became of them.
 * Usage: node flood.js COUNT HOLD_MILLISECONDS FROM   (holds them with half a request for so long; 0 sends a whole one)
 * Prints JSON: how many were answered (by status), closed without an answer, or could not connect.
 */
import { connect } from 'node:net';
import process from 'node:process';
import { clearInterval, setInterval, setTimeout } from 'node:timers';

const [count, hold, from] = process.argv.slice(2);
const outcome = { statuses: {}, closed: 0, failed: 0 };

const one = () => new Promise((resolve) => {
  let answer = '';
  const socket = connect({ port: 9779, host: '127.0.0.1', localAddress: from });
  socket.setEncoding('latin1').on('data', (chunk) => { answer += chunk; });
  socket.on('connect', () => {
    if (hold === '0') socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    else {
      socket.write('GET /metrics HTTP/1.1\r\nX: ');
      const drip = setInterval(() => socket.write('a'), 100);
      setTimeout(() => socket.destroy(), Number(hold));
      socket.on('close', () => clearInterval(drip));
    }
  });
  socket.on('error', (error) => { if (error.syscall === 'connect') outcome.failed++; });
  socket.on('close', () => {
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
    if (status === undefined) outcome.closed++;
    else outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
    resolve();
  });
});

process.stdout.write('opening\n');
await Promise.all(Array.from({ length: Number(count) }, one));
process.stdout.write(`${JSON.stringify(outcome)}\n`);
