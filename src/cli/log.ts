import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { createLogger, format, transports, type Logger } from 'winston';
import { EvidenceError } from '../errors.ts';
import type { CupelEvent } from '../events.ts';
import type { Io } from './io.ts';
import { oneLine } from './one-line.ts';
import { redact } from './redact.ts';
import { redactDeep } from './redact-deep.ts';

export interface LogOptions {
  /** JSON lines go here; the file is begun anew. */
  file: string;
  /** Where a person reads along: warnings and errors, everything with `verbose`. Nobody does without it. */
  io?: Pick<Io, 'note'>;
  verbose?: boolean;
}

export interface Log {
  readonly file: string;
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** To the file alone: a person sees events through the display. */
  event(event: CupelEvent): void;
  /** The failure that ended the run, to the file alone: the command prints it. */
  failure(text: string): void;
  /** Resolves when everything logged so far is in the file. @throws EvidenceError `log-unwritable` */
  flush(): Promise<void>;
  /** Flushes and closes; more often does no harm. @throws EvidenceError `log-unwritable` */
  close(): Promise<void>;
}

/** The log of a run: JSON lines in a file, and lines for a person; secrets taken out of both. */
export function createLog(options: LogOptions): Log {
  const stream = createWriteStream(options.file, { mode: 0o600 });
  let broken: Error | undefined;
  stream.on('error', (error) => { broken = error; });
  const toFile = logger('debug', stream, format.combine(format.timestamp(), redacted(), format.json({ deterministic: false })));
  const toPerson = options.io && logger(options.verbose === true ? 'debug' : 'warn', lines(options.io), format.combine(redacted(), human()));
  const write = (level: string, message: string, fields: Record<string, unknown> = {}): void => {
    toFile.log({ ...fields, level, message });
    toPerson?.log({ ...fields, level, message });
  };
  const check = (): void => {
    if (broken) throw new EvidenceError('log-unwritable', `cannot write the log ${options.file}: ${broken.message}`, { cause: broken, subject: options.file });
  };
  let closing: Promise<void> | undefined;
  return {
    file: options.file,
    debug: (message, fields) => { write('debug', message, fields); },
    info: (message, fields) => { write('info', message, fields); },
    warn: (message, fields) => { write('warn', message, fields); },
    error: (message, fields) => { write('error', message, fields); },
    event: (event) => { toFile.log({ level: event.type === 'warning' ? 'warn' : 'info', message: event.type, event }); },
    failure: (text) => { toFile.log({ level: 'error', message: text }); },
    flush: async () => {
      await drained(toFile);
      await new Promise<void>((resolve) => {
        if (broken !== undefined || stream.closed || stream.writableEnded) resolve();
        else stream.write('', () => { resolve(); });
      });
      check();
    },
    close: async () => {
      await drained(toFile);
      closing ??= new Promise<void>((resolve) => {
        if (stream.closed) resolve();
        stream.once('close', resolve);
        stream.end();
      });
      await closing;
      check();
    },
  };
}

function logger(level: string, stream: Writable, layout: ReturnType<typeof format.combine>): Logger {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types its own transports as interfaces
  return createLogger({ level, format: layout, transports: [new transports.Stream({ stream, eol: '\n' })] });
}

/** winston hands over in its own time; it does not say when it is through. */
async function drained(from: Logger): Promise<void> {
  do await new Promise((resolve) => { setImmediate(resolve); });
  while (from.readableLength > 0 || from.writableLength > 0);
}

const redacted = format((info) => Object.assign(info, redactDeep({ ...info })));

const human = (): ReturnType<typeof format.printf> => format.printf(({ level, message }) => `${level}: ${oneLine(redact(String(message)))}`);

/** A stream of lines into `note`. */
function lines(io: Pick<Io, 'note'>): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      io.note(chunk.toString('utf8'));
      done();
    },
  });
}
