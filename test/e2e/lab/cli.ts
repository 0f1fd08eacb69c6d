/** A lab machine by hand: `npx tsx test/e2e/lab/cli.ts up [name]`; Ctrl-C takes it away. */
import { startMachine } from './index.ts';

const [action, name] = process.argv.slice(2);
if (action !== 'up') {
  console.error('usage: npx tsx test/e2e/lab/cli.ts up [name]');
  process.exit(64);
}

const started = Date.now();
const machine = await startMachine(name === undefined ? {} : { name });
console.log(`host=${machine.host}
port=${machine.port}
user=${machine.user}
key=${machine.keyFile}
root=${machine.root}

ssh -i ${machine.keyFile} -p ${machine.port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ${machine.user}@${machine.host}

up after ${((Date.now() - started) / 1000).toFixed(1)} s; Ctrl-C takes it away`);

const stop = () => void machine.stop().then(() => process.exit(0));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('SIGHUP', stop);
