import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import { LocalTarget, type SshOptions, SshTarget, type Target } from '../../target/index.ts';
import type { Io } from '../io.ts';

/** How to reach a machine; the same for every command that works on one. */
export interface TargetArguments {
  host: string | undefined;
  port: number;
  user: string;
  key: string | undefined;
  'key-file': string | undefined;
  'known-hosts': string | undefined;
  'proxy-jump': string | undefined;
  'ssh-config': string | undefined;
  'ssh-option': string[] | undefined;
  'connect-timeout': number;
  'reconnect-timeout': number;
}

export function targetOptions<T>(yargs: Argv<T>): Argv<T & TargetArguments> {
  return yargs
    .option('host', { type: 'string', describe: 'machine to work on, over SSH (Packer: build.Host)' })
    .option('port', { type: 'number', default: 22, describe: 'SSH port (build.Port)' })
    .option('user', { type: 'string', default: 'root', describe: 'SSH user: root, or one with passwordless sudo (build.User)' })
    .option('key', { type: 'string', nargs: 1, describe: 'private key: only "-", to read it from standard input (build.SSHPrivateKey)' })
    .option('key-file', { type: 'string', describe: 'private key file' })
    .option('known-hosts', { type: 'string', describe: 'known_hosts file; without it the host key is pinned at first use' })
    .option('proxy-jump', { type: 'string', describe: 'jump host, as ssh -J' })
    .option('ssh-config', { type: 'string', describe: 'ssh_config file to read; none by default' })
    .option('ssh-option', { type: 'string', array: true, describe: 'further ssh option, Key=Value; repeatable' })
    .option('connect-timeout', { type: 'number', default: 60, describe: 'seconds to keep trying at the start' })
    .option('reconnect-timeout', { type: 'number', default: 180, describe: 'seconds to keep trying after a dropped connection' });
}

/** @throws UsageError, TargetError */
export async function connectTarget(argv: TargetArguments, io: Io): Promise<Target> {
  if (argv.host === undefined || argv.host === '') throw new UsageError('target-missing', 'name the machine to work on', { remedy: 'give --host' });
  return SshTarget.connect(await sshOptions(argv, argv.host, io), tmpdir(), argv['connect-timeout']);
}

/** As `connectTarget`, with `--local` for this machine. */
export async function connectAnyTarget(argv: TargetArguments & { local: boolean }, io: Io): Promise<Target> {
  if (!argv.local) return connectTarget(argv, io);
  if (argv.host !== undefined) throw new UsageError('target-two', '--local and --host exclude each other', { remedy: 'give one of them' });
  return LocalTarget.connect();
}

/** yargs makes NaN of what is no number, and a deadline of NaN is never reached. @throws UsageError `seconds` */
export function requireSeconds(name: string, seconds: number): void {
  if (!(seconds > 0) || seconds > 86_400) throw new UsageError('seconds', `--${name} is not a time`, { remedy: `give --${name} in seconds, at most 86400` });
}

async function sshOptions(argv: TargetArguments, host: string, io: Io): Promise<SshOptions> {
  if (!Number.isInteger(argv.port) || argv.port < 1 || argv.port > 65_535) throw new UsageError('port', '--port is not a port number', { remedy: 'give a number from 1 to 65535' });
  requireSeconds('connect-timeout', argv['connect-timeout']);
  requireSeconds('reconnect-timeout', argv['reconnect-timeout']);
  if (argv.key !== undefined && argv.key !== '-') {
    throw new UsageError('key-in-argv', 'a private key must not stand on the command line', { remedy: 'give --key - and the key on standard input, or --key-file' });
  }
  if (argv.key !== undefined && argv['key-file'] !== undefined) throw new UsageError('key-two', '--key and --key-file exclude each other', { remedy: 'give one of them' });
  for (const option of argv['ssh-option'] ?? []) {
    if (!/^[A-Za-z0-9]+[= ].+$/.test(option)) throw new UsageError('ssh-option', `"${option}" is not an ssh option`, { remedy: 'write Key=Value, as for ssh -o' });
  }
  return {
    host, port: argv.port, user: argv.user,
    key: await chosenKey(argv, io),
    knownHosts: argv['known-hosts'], proxyJump: argv['proxy-jump'], configFile: argv['ssh-config'],
    extra: argv['ssh-option'] ?? [],
    reconnectSeconds: argv['reconnect-timeout'],
  };
}

async function chosenKey(argv: TargetArguments, io: Io): Promise<SshOptions['key']> {
  const file = argv['key-file'];
  if (file !== undefined) {
    await readFile(file).catch((cause: unknown) => {
      throw new UsageError('key-file', `the key file ${file} cannot be read`, { cause, remedy: 'give a private key file that this user may read' });
    });
    return { file };
  }
  if (argv.key === undefined) return undefined;
  const text = await io.readStdin();
  if (!text.includes('PRIVATE KEY-----')) throw new UsageError('key-stdin', 'standard input holds no private key', { remedy: 'with a key file of your own Packer leaves build.SSHPrivateKey empty: give --key-file instead' });
  return { text };
}
