/** Cuts a byte stream into lines and knows how many bytes the complete ones took, so that reading can go on there. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #rest = Buffer.alloc(0);
  #consumed = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Bytes of all complete lines so far. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Forgets an incomplete line: the stream begins again at `consumed`. */
  restart(): void {
    this.#rest = Buffer.alloc(0);
  }

  push(chunk: Buffer): void {
    let buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = buffer.indexOf(10); end !== -1; end = buffer.indexOf(10)) {
      this.#consumed += end + 1;
      this.#onLine(buffer.toString('utf8', 0, end));
      buffer = buffer.subarray(end + 1);
    }
    this.#rest = Buffer.from(buffer);
  }
}
