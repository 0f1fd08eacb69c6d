import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Ec2Gaps } from './gaps.ts';
import { type Counting, listening } from './listening.ts';
import type { Call, Reply } from './wire.ts';

/** What watches or changes a call on its way; the last one asked is moto. */
export interface Hook {
  /** An answer in place of moto's, or undefined to let the call through. */
  before?: (call: Call) => Promise<Reply | undefined> | Reply | undefined;
  /** Another answer than moto's. */
  after?: (call: Call, reply: Reply) => Promise<Reply> | Reply;
}

export interface Ec2 extends Counting {
  /** Every call that came in, in order, also those that a hook answered. */
  readonly calls: readonly Call[];
  /** Hooks are asked in this order. */
  readonly hooks: Hook[];
  /** Asks moto past the hooks, uncounted. */
  ask(region: string, action: string, params?: Readonly<Record<string, string>>): Promise<Reply>;
}

/**
 * EC2 on loopback: moto, with what it lacks or takes too lightly filled in.
 * @param moto base URL of a running moto server
 */
export async function startEc2(moto: string): Promise<Ec2> {
  const calls: Call[] = [];
  const toMoto = (call: Call): Promise<Reply> => forward(moto, call);
  const ask: Ec2['ask'] = (region, action, params = {}) => toMoto({ region, action, params: new URLSearchParams({ Action: action, Version: '2016-11-15', ...params }) });
  const gaps = new Ec2Gaps(ask);
  const hooks: Hook[] = [];
  const answer = async (call: Call): Promise<Reply> => {
    calls.push(call);
    for (const hook of [...hooks, gaps]) {
      const reply = await hook.before?.(call);
      if (reply !== undefined) return reply;
    }
    let reply = await toMoto(call);
    for (const hook of [gaps, ...[...hooks].reverse()]) reply = await hook.after?.(call, reply) ?? reply;
    return reply;
  };
  const server = createServer((incoming, outgoing) => {
    void readCall(incoming).then(answer).then((reply) => { send(outgoing, reply); }, (error: unknown) => { send(outgoing, { status: 500, body: String(error) }); });
  });
  return { ...await listening(server, calls), calls, hooks, ask };
}

async function readCall(incoming: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const params = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  // The credential scope names the region: key/date/region/service/aws4_request.
  const region = /Credential=[^/]+\/\d+\/([^/]+)\/ec2\//.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
  return { region, action: params.get('Action') ?? '', params };
}

function forward(moto: string, call: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const body = call.params.toString();
    const outgoing = request(moto, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'content-length': Buffer.byteLength(body), host: `ec2.${call.region}.amazonaws.com`,
        authorization: `AWS4-HMAC-SHA256 Credential=lab/20260101/${call.region}/ec2/aws4_request, SignedHeaders=host, Signature=0`,
      },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve({ status: answer.statusCode ?? 500, body: text }); }).on('error', reject);
    });
    outgoing.on('error', reject).end(body);
  });
}

function send(outgoing: ServerResponse, { status, body }: Reply): void {
  outgoing.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' }).end(body);
}
