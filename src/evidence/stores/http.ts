import { EvidenceError } from '../../errors.ts';
import { type ObjectStream, Trouble } from './objects.ts';

/** Statuses that the caller makes sense of; every other one but success is thrown. */
type Expected = readonly number[];

/**
 * One request. @throws Trouble for what may go well the next time; EvidenceError `store-denied`, `store-answer`
 */
export async function request(url: string, init: RequestInit, expected: Expected): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw connectionTrouble(cause);
  }
  const { status } = response;
  if (url.startsWith('https:') && !response.url.startsWith('https:')) throw new EvidenceError('store-answer', `${url}: leads to ${response.url}, which is not https`);
  if (response.ok || expected.includes(status)) return response;
  await response.body?.cancel().catch(() => undefined);
  if (status === 401 || status === 403) throw new EvidenceError('store-denied', `${url}: access denied (${status})`, { subject: url });
  if (status === 408 || status === 425 || status === 429 || status >= 500) throw new Trouble(`answered ${status}`);
  throw new EvidenceError('store-answer', `${url}: answered ${status}`, { subject: url });
}

/** The body of an answer to a request with or without a range. @throws EvidenceError `store-answer`, `store-length` */
export function streamOf(response: Response, url: string): ObjectStream {
  const encoding = response.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') throw new EvidenceError('store-answer', `${url}: comes in an encoding (${encoding}) that was not asked for`, { subject: url });
  if (response.status === 416) throw new EvidenceError('store-length', `${url}: is shorter than it is said to be`, { subject: url });
  const body = bodyOf(response);
  if (response.status !== 206) return { offset: 0, total: numberOf(response.headers.get('content-length')), body };
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (first === undefined) throw new EvidenceError('store-answer', `${url}: sends a part without saying which`, { subject: url });
  return { offset: Number(first), total: numberOf(total ?? null), body };
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) yield chunk;
  } catch (cause) {
    throw connectionTrouble(cause);
  }
}

/** fetch hides what went wrong one or two causes deep. */
function connectionTrouble(cause: unknown): Trouble {
  let deepest = cause;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return new Trouble(deepest instanceof Error ? deepest.message || deepest.name : String(deepest), { cause });
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
