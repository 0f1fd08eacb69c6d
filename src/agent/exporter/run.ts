import { ConfigurationError, CupelError, ExitCode } from '../../errors.ts';
import type { Moment } from '../metrics/index.ts';
import { isSystemError, type Platform } from '../platform/index.ts';
import type { Site } from './answer.ts';
import { type Configuration, configurationPath, loopback, parseConfiguration } from './configuration.ts';
import { serve } from './serve.ts';
import { renderSocketDropIn } from './socket-unit.ts';

/** What the scanner leaves for the exporter. */
export const metricsPath = '/var/lib/cupel/metrics.prom';
const metricsLimit = 4 * 1024 * 1024;
const configurationLimit = 65_536;

const help = `cis-exporter: answers one HTTP request on standard input and output.
systemd starts it for each connection (cis-exporter.socket).

  cis-exporter                                 serve
  cis-exporter generator NORMAL [EARLY LATE]   write the socket's drop-in from ${configurationPath}
  cis-exporter --version | --help
`;

/** `cis-exporter`. */
export function runExporter(platform: Platform): ExitCode {
  const [command, ...rest] = platform.args;
  try {
    switch (command) {
      case undefined: return serveClient(platform);
      case 'generator': return generate(platform, rest[0]);
      case '--version': platform.write(`cis-exporter ${platform.version}\n`); return ExitCode.ok;
      case '--help': platform.write(help); return ExitCode.ok;
      default: platform.writeError(help); return ExitCode.usage;
    }
  } catch (error) {
    if (!(error instanceof CupelError)) throw error;
    complain(platform, error);
    return error.exitCode;
  }
}

/** One line, marked as an error for the journal and the kernel's log: below that the unit's messages are dropped. */
function complain(platform: Platform, { message, code, remedy }: CupelError): void {
  platform.writeError(`<3>cis-exporter: ${message} [${code}]${remedy === undefined ? '' : `; ${remedy}`}\n`);
}

function serveClient(platform: Platform): ExitCode {
  const configuration = configurationOr(platform, loopback);
  const { allow, staleAfter } = configuration.read;
  const site: Site = { version: platform.version, configured: configuration.valid, allow: allow.map(({ network }) => network), moment: () => momentOf(platform, staleAfter) };
  serve(platform, platform.env('REMOTE_ADDR'), site);
  return ExitCode.ok;
}

/** A configuration that cannot be read opens nothing: loopback then. */
function configurationOr(platform: Platform, fallback: Configuration): { read: Configuration; valid: boolean } {
  try {
    return { read: readConfiguration(platform), valid: true };
  } catch (error) {
    if (!(error instanceof CupelError)) throw error;
    complain(platform, error);
    return { read: fallback, valid: false };
  }
}

/** @throws ConfigurationError `exporter-conf-invalid`, `exporter-conf-unreadable` */
function readConfiguration({ files }: Platform): Configuration {
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

function momentOf(platform: Platform, staleAfter: number): Moment {
  const { files } = platform;
  return {
    now: platform.now() / 1000, staleAfter,
    metrics: readOr(() => files.readText(metricsPath, metricsLimit)),
    metricsPresent: readOr(() => files.look(metricsPath)) !== undefined,
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
function generate(platform: Platform, directory: string | undefined): ExitCode {
  if (directory === undefined) {
    platform.writeError(help);
    return ExitCode.usage;
  }
  if (platform.files.look(configurationPath) === undefined) return ExitCode.ok;
  const folder = `${directory}/cis-exporter.socket.d`;
  const dropIn = renderSocketDropIn(readConfiguration(platform));
  platform.files.makeFolder(folder, 0o755);
  platform.files.write(`${folder}/exporter-conf.conf`, dropIn, 0o644);
  return ExitCode.ok;
}
