import type { System } from '../platform/index.ts';
import { answer, mayAsk, type Site } from './answer.ts';
import { Refusal } from './refusal.ts';
import { type Request, RequestReader } from './request.ts';
import { plain, type Response, serializeResponse } from './response.ts';

/** One client: systemd hands its connection over as standard input and output. */
export type Connection = Pick<System, 'receive' | 'write' | 'monotonic' | 'byteLength'>;

/** Milliseconds for the whole request to arrive, however it comes in. */
export const requestTime = 2000;
/** A client that still sends when it is refused would lose the answer if the connection closed on it. */
const linger = { milliseconds: 500, bytes: 65_536 };

/**
 * Answers one request. A client that sends nothing, or goes away, gets nothing.
 * @param peer the client's address; `undefined` when it has none
 */
export function serve(connection: Connection, peer: string | undefined, site: Site): void {
  const { response, bodyless } = respond(connection, peer, site);
  if (response === undefined) return;
  connection.write(...serializeResponse(response, connection.byteLength, bodyless));
  if (response.status >= 400) drain(connection);
}

function respond(connection: Connection, peer: string | undefined, site: Site): { response: Response | undefined; bodyless: boolean } {
  try {
    // Before anything is read: who may not ask cannot keep a place by asking slowly.
    if (!mayAsk(peer, site.allow)) throw new Refusal(403, 'This address is not among the allowed ones.');
    const request = receive(connection);
    if (request === undefined) return { response: undefined, bodyless: false };
    return { response: answer(request, site), bodyless: request.method === 'HEAD' };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { response: plain(error.status, error.message), bodyless: false };
  }
}

function receive(connection: Connection): Request | undefined {
  const reader = new RequestReader();
  const deadline = connection.monotonic() + requestTime;
  for (;;) {
    const bytes = next(connection, deadline);
    if (bytes === undefined || bytes === '') {
      if (!reader.begun) return undefined;
      throw bytes === undefined ? new Refusal(408, 'The request took too long.') : new Refusal(400, 'The request ends before its head does.');
    }
    const request = reader.take(bytes);
    if (request !== undefined) return request;
  }
}

/** Late is late, also when bytes come all the time. */
function next(connection: Connection, deadline: number): string | undefined {
  const left = deadline - connection.monotonic();
  return left > 0 ? connection.receive(left) : undefined;
}

function drain(connection: Connection): void {
  const deadline = connection.monotonic() + linger.milliseconds;
  let left = linger.bytes;
  while (left > 0) {
    const bytes = next(connection, deadline);
    if (bytes === undefined || bytes === '') return;
    left -= bytes.length;
  }
}
