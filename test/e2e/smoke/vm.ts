import { createServer, type AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

interface Start {
  readonly image: string;
  /** Private directory for the key, the seed and the console log. */
  readonly work: string;
  readonly signal: AbortSignal;
}

/** A virtual machine on a throw-away overlay of an image, reachable on a loopback port. */
export class Vm {
  readonly port: number;
  readonly keyFile: string;
  readonly accelerator: string;
  readonly #process: ReturnType<typeof boot>;
  readonly #start: Start;
  #exited = false;

  private constructor(start: Start, port: number, accelerator: string, process: ReturnType<typeof boot>) {
    this.#start = start;
    this.port = port;
    this.keyFile = join(start.work, 'seed', 'id_ed25519');
    this.accelerator = accelerator;
    this.#process = process;
    process.then(() => (this.#exited = true), () => (this.#exited = true));
  }

  static async start(start: Start): Promise<Vm> {
    const seed = join(start.work, 'seed');
    await execa('packer/make-seed.sh', [seed]);
    const { stdout: accelerator } = await execa('scripts/probe-accelerator.sh');
    const port = await freePort();
    return new Vm(start, port, accelerator, boot(start, seed, port, accelerator));
  }

  /**
   * Runs a command as the first user.
   * @returns its standard output, or undefined when it could not be run or failed
   */
  async run(command: string): Promise<string | undefined> {
    const result = await execa('ssh', ['-F', 'none', '-i', this.keyFile, '-p', String(this.port),
      '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null',
      '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=10', 'debian@127.0.0.1', command,
    ], { reject: false, cancelSignal: this.#start.signal, stdin: 'ignore' });
    return result.exitCode === 0 ? result.stdout : undefined;
  }

  /**
   * Waits for the first login.
   * @param limit seconds
   * @returns seconds it took
   */
  async waitForLogin(limit: number): Promise<number> {
    const started = performance.now();
    for (;;) {
      if ((await this.run('true')) !== undefined) return (performance.now() - started) / 1000;
      this.#start.signal.throwIfAborted();
      if (this.#exited) throw new Error(`QEMU ended: ${(await this.#process).stderr}`);
      if (performance.now() - started > limit * 1000) throw new Error(`no login within ${limit} s; the console ends with:\n${await this.#console()}`);
      await sleep(1000);
    }
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.catch(() => undefined);
  }

  async #console(): Promise<string> {
    return (await readFile(join(this.#start.work, 'console.log'), 'latin1').catch(() => '')).split('\n').slice(-15).join('\n');
  }
}

/** Starts QEMU; the kernel ends it when this process dies, however it dies. */
function boot(start: Start, seed: string, port: number, accelerator: string) {
  const fast = accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max'];
  return execa('setpriv', ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64',
    '-machine', 'pc', ...fast, '-m', '2560', '-smp', '2', '-display', 'none', '-nodefaults',
    '-serial', `file:${join(start.work, 'console.log')}`,
    '-drive', `file=${start.image},if=virtio,format=qcow2,snapshot=on,cache=unsafe`,
    '-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`, '-device', 'virtio-net-pci,netdev=net',
    '-device', 'virtio-rng-pci',
    '-blockdev', `driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename=${join(seed, 'seed.img')}`,
    '-device', 'virtio-blk-pci,drive=seed,addr=0x1e',
  ], { stdin: 'ignore', reject: false, cancelSignal: start.signal, env: { TMPDIR: start.work } });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => server.close(() => { done(); }));
  return port;
}
