import { ConfigurationError, CupelError, ExitCode } from '../../errors.ts';
import type { Moment } from '../metrics/index.ts';
import { isSystemError, type System } from '../platform/index.ts';
import type { Site } from './answer.ts';
import { type Configuration, configurationPath, loopback, parseConfiguration } from './configuration.ts';
import { serve } from './serve.ts';
import { renderSocketDropIn } from './socket-unit.ts';

/** What the scanner leaves for the exporter. */
export const metricsPath = '/var/lib/cupel/metrics.prom';
/** Ten times what every rule of the longest profile makes; each client's process may take 32 MB. */
const metricsLimit = 1024 * 1024;
const configurationLimit = 65_536;

const help = `cis-exporter: answers one HTTP request on standard input and output.
systemd starts it for each connection (cis-exporter.socket).

  cis-exporter                                 serve
  cis-exporter generator NORMAL [EARLY LATE]   write the socket's drop-in from ${configurationPath}
  cis-exporter --version | --help
`;

/** `cis-exporter`. */
export function runExporter(system: System): ExitCode {
  const [command, ...rest] = system.args;
  try {
    switch (command) {
      case undefined: return serveClient(system);
      case 'generator': return generate(system, rest[0]);
      case '--version': system.write(`cis-exporter ${system.version}\n`); return ExitCode.ok;
      case '--help': system.write(help); return ExitCode.ok;
      default: system.writeError(help); return ExitCode.usage;
    }
  } catch (error) {
    if (!(error instanceof CupelError)) throw error;
    complain(system, error);
    return error.exitCode;
  }
}

/** One line, marked as an error for the journal and the kernel's log: below that the unit's messages are dropped. */
function complain(system: System, { message, code, remedy }: CupelError): void {
  system.writeError(`<3>cis-exporter: ${message} [${code}]${remedy === undefined ? '' : `; ${remedy}`}\n`);
}

function serveClient(system: System): ExitCode {
  const configuration = configurationOr(system, loopback);
  const { allow, staleAfter } = configuration.read;
  const site: Site = { version: system.version, configured: configuration.valid, allow: allow.map(({ network }) => network), moment: () => momentOf(system, staleAfter) };
  serve(system, system.env('REMOTE_ADDR'), site);
  return ExitCode.ok;
}

/** A configuration that cannot be read opens nothing: loopback then. */
function configurationOr(system: System, fallback: Configuration): { read: Configuration; valid: boolean } {
  try {
    return { read: readConfiguration(system), valid: true };
  } catch (error) {
    if (!(error instanceof CupelError)) throw error;
    complain(system, error);
    return { read: fallback, valid: false };
  }
}

/** @throws ConfigurationError `exporter-conf-invalid`, `exporter-conf-unreadable` */
function readConfiguration({ files }: System): Configuration {
  let text: string;
  try {
    if (files.look(configurationPath) === undefined) return loopback;
    text = files.readText(configurationPath, configurationLimit);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new ConfigurationError('exporter-conf-unreadable', cause.message, { cause, subject: configurationPath, remedy: 'it is a text file in UTF-8 that everybody may read' });
  }
  return parseConfiguration(text);
}

function momentOf(system: System, staleAfter: number): Moment {
  const { files } = system;
  const metrics = readOr(() => files.readText(metricsPath, metricsLimit));
  return {
    now: system.now() / 1000, staleAfter, metrics,
    metricsPresent: metrics !== undefined || readOr(() => files.look(metricsPath)) !== undefined,
    look: (path) => readOr(() => files.look(path)),
  };
}

/** What cannot be read shows in the metrics. */
function readOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}

/** A systemd generator: nothing is written for a configuration that is wrong, so the socket stays on loopback. */
function generate(system: System, directory: string | undefined): ExitCode {
  if (directory === undefined) {
    system.writeError(help);
    return ExitCode.usage;
  }
  if (system.files.look(configurationPath) === undefined) return ExitCode.ok;
  const folder = `${directory}/cis-exporter.socket.d`;
  const dropIn = renderSocketDropIn(readConfiguration(system));
  system.files.makeFolder(folder, 0o755);
  system.files.create(`${folder}/exporter-conf.conf`, dropIn, 0o644);
  return ExitCode.ok;
}
