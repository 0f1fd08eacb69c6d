/** Where commands print. Results go to `out` (stdout), everything for a person's eye to `note` (stderr). */
export interface Io {
  out(text: string): void;
  note(text: string): void;
  /** stdin until its end, as UTF-8; for keys and documents given as `-`. */
  readStdin(): Promise<string>;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether stderr is a terminal with cursor control. */
  isTty: boolean;
}

const ensureNewline = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** The process's own streams and environment. The only place that touches them. */
export const processIo: Io = {
  out: (text) => void process.stdout.write(ensureNewline(text)),
  note: (text) => void process.stderr.write(ensureNewline(text)),
  readStdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  },
  env: process.env,
  isTty: process.stderr.isTTY,
};
