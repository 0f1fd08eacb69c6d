import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { createState, leaderOf, reapLeftovers, removeState } from './state.ts';

const LAB = path.dirname(fileURLToPath(import.meta.url));
const CACHE = path.join(LAB, '../../../.cache/lab');
const BOOT_SECONDS = 60;
/** The overlay's own marks are devices and trusted attributes. */
const DISK_FORMAT = ['--numeric-owner', '--acls', '--xattrs', '--xattrs-include=*'];

export interface MachineOptions {
  /** Part of the host name; lower-case letters, digits and hyphens. */
  name?: string;
  /** Debian 12 or 13. Default `bookworm`. */
  suite?: 'bookworm' | 'trixie';
  /** `false`: reachable by SSH, but nothing in it reaches the world. Default `true`. */
  network?: boolean;
  /** Room for what the machine writes, as tmpfs sizes are given. Default `3G`. */
  disk?: string;
  /** Debian packages that are there from the start, in a cached layer. */
  packages?: readonly string[];
  /** Where SSH is reached: an address of this host's loopback, and a port. Default `127.0.0.1` and one that is free. */
  address?: string;
  port?: number;
  /** A disk that `saveDisk` saved: the machine begins as that one ended. Default: the suite's root. */
  from?: string;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** A running machine. It dies with this process, however that ends. */
export interface Machine {
  readonly name: string;
  /** On this host's loopback. */
  readonly host: string;
  readonly port: number;
  readonly user: 'debian';
  /** Private key (ed25519, OpenSSH format) that logs `user` in. */
  readonly keyFile: string;
  /** The machine's root directory seen from the host, also after it is powered off. */
  readonly root: string;
  /** What the boots printed. */
  readonly console: string;
  /** Runs a shell command as root inside, past SSH. `stdin` is fed to it. */
  exec(command: string, stdin?: string): Promise<ExecResult>;
  /** Runs a command by SSH as `user`. */
  ssh(command: string): Promise<ExecResult>;
  /** Waits until `user` can log in. Throws after a minute. */
  untilReachable(): Promise<void>;
  /** `drop`: connections break and new ones are refused. `stall`: packets vanish in silence. */
  cutNetwork(how?: 'drop' | 'stall'): Promise<void>;
  restoreNetwork(): Promise<void>;
  /** From now on a reboot ends in power-off. */
  stayOffAtReboot(): void;
  /** Orderly power-off; `root` stays readable until `stop`. */
  powerOff(): Promise<void>;
  /** Writes what its disk has beyond the suite's root to a tar file, best when it is off. */
  saveDisk(target: string): Promise<void>;
  /** Takes the machine away with all it had. */
  stop(): Promise<void>;
}

/**
 * Starts a fresh Debian machine on its suite's shared root and waits until it can be logged in to.
 * Needs root, systemd-nspawn, slirp4netns and, the first time, mmdebstrap.
 */
export async function startMachine(options: MachineOptions = {}): Promise<Machine> {
  await reapLeftovers();
  const { stdout: lower } = await execa(path.join(LAB, 'lower.sh'), [CACHE, options.suite ?? 'bookworm', ...(options.packages ?? [])], { stderr: 'inherit' });
  const state = createState(options.name ?? 'machine');
  const file = (name: string) => path.join(state.path, name);
  const host = options.address ?? '127.0.0.1';
  const port = options.port ?? await freePort();
  const keyFile = file('key');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', state.name, '-f', keyFile]);
  writeFileSync(file('address'), host);
  writeFileSync(file('port'), String(port));
  if (options.from !== undefined) symlinkSync(options.from, file('from'));
  if (options.network === false) writeFileSync(file('closed'), '');

  // Killing unshare kills the first process of the namespace, and that all others in it;
  // setpriv has the kernel kill unshare when we die, were it by SIGKILL.
  const consoleFile = file('console.log');
  const supervisor = execa('setpriv', ['--pdeathsig', 'KILL',
    'unshare', '--mount', '--pid', '--mount-proc', '--kill-child=KILL',
    path.join(LAB, 'machine.sh'), state.path, lower, state.name, options.disk ?? '3G'],
  { stdin: 'ignore', stdout: { file: consoleFile }, stderr: { file: consoleFile }, reject: false, cleanup: false });
  const atExit = () => {
    supervisor.kill('SIGKILL');
    rmSync(state.path, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  let ended = false;
  void supervisor.then(() => { ended = true; });

  const sshOptions = ['-F', 'none', '-i', keyFile, '-p', String(port), '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes',
    '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=5'];
  const namespace = () => {
    const children = readFileSync(`/proc/${supervisor.pid ?? 0}/task/${supervisor.pid ?? 0}/children`, 'utf8');
    return children.trim();
  };
  const uplink = (action: string) => execa('nsenter', ['--target', namespace(), '--mount', '--pid', '--',
    path.join(LAB, 'uplink.sh'), state.path, action]);

  const machine: Machine = {
    name: state.name, host, port, user: 'debian', keyFile,
    get root() { return `/proc/${namespace()}/root${file('root')}`; },
    get console() { return readFileSync(consoleFile, 'utf8'); },

    async exec(command, stdin = '') {
      const leader = leaderOf(state);
      if (leader === undefined) throw new Error(`${state.name} is not running`);
      const entered = execa('nsenter', ['--target', String(leader), '--mount', '--uts', '--ipc', '--net', '--pid',
        '--root', '--wdns=/root', '/bin/sh', '-c', command],
      { input: stdin, reject: false, extendEnv: false, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' } });
      // systemd stops all processes before it ends them, and nsenter stops with what it started. Out here nobody wakes it, and
      // the machine does not go away before nsenter has seen what it started end.
      const waking = setInterval(() => { entered.kill('SIGCONT'); }, 1000);
      return resultOf(await entered.finally(() => { clearInterval(waking); }));
    },

    async ssh(command) {
      return resultOf(await execa('ssh', [...sshOptions, `debian@${host}`, command], { stdin: 'ignore', reject: false }));
    },

    async untilReachable() {
      const deadline = Date.now() + BOOT_SECONDS * 1000;
      let last = '';
      while (Date.now() < deadline) {
        if (ended) break;
        const login = await machine.ssh('true');
        if (login.exitCode === 0) return;
        last = login.stderr.trim();
        await delay(50);
      }
      throw new Error(`${state.name} cannot be logged in to: ${last}\n${machine.console}`);
    },

    async cutNetwork(how = 'drop') {
      writeFileSync(file('cut'), how);
      await uplink(how === 'drop' ? 'down' : 'stall');
    },
    async restoreNetwork() {
      const how = readFileSync(file('cut'), 'utf8');
      rmSync(file('cut'));
      await uplink(how === 'drop' ? 'up' : 'resume');
    },

    stayOffAtReboot() { writeFileSync(file('stay-off'), ''); },

    async powerOff() {
      await machine.exec('systemctl poweroff');
      while (!ended && leaderOf(state) !== undefined) await delay(50);
    },

    async saveDisk(target) {
      await execa('tar', [...DISK_FORMAT, '-C', `/proc/${namespace()}/root${file('disk/upper')}`, '-cf', target, '.']);
    },

    async stop() {
      process.removeListener('exit', atExit);
      supervisor.kill('SIGKILL');
      await supervisor;
      await removeState(state);
    },
  };

  try {
    await machine.untilReachable();
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

function resultOf(result: { stdout: string; stderr: string; exitCode?: number | undefined }): ExecResult {
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? -1 };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
