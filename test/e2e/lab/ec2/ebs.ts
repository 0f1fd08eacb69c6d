import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type Counting, listening } from './listening.ts';

/** One call of EBS direct APIs. */
export interface EbsCall {
  region: string;
  action: string;
  /** Id of the snapshot; empty where one is begun. */
  snapshot: string;
  /** Number of the block, where it is about one. */
  index: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export interface EbsReply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: Buffer;
}

export interface Ebs extends Counting {
  /** Every call that came in, also those that a hook answered, without their bodies. */
  readonly calls: readonly Pick<EbsCall, 'region' | 'action' | 'snapshot' | 'index'>[];
  /** Asked in this order: an answer in place of moto's, or undefined to let the call through. */
  readonly hooks: ((call: EbsCall) => EbsReply | undefined | Promise<EbsReply | undefined>)[];
}

const blockBytes = 524_288;

interface Begun {
  gibibytes: number;
  state: 'pending' | 'completed';
  /** Digests of the blocks that it has. */
  blocks: Map<number, Buffer>;
}

export function ebsRefusal(type: string, message: string, status = 400): EbsReply {
  return { status, headers: { 'content-type': 'application/json', 'x-amzn-errortype': type }, body: Buffer.from(JSON.stringify({ Message: message })) };
}

/**
 * EBS direct APIs on loopback: moto, which believes every checksum, behind a proxy that believes none.
 * @param moto base URL of a running moto server
 */
export async function startEbs(moto: string): Promise<Ebs> {
  const calls: EbsCall[] = [];
  const hooks: Ebs['hooks'] = [];
  const begun = new Map<string, Begun>();
  const tokens = new Map<string, { asked: string; reply: EbsReply }>();

  const answer = async (path: string, method: string, call: EbsCall): Promise<EbsReply> => {
    calls.push({ ...call, body: Buffer.alloc(0) });
    for (const hook of hooks) {
      const reply = await hook(call);
      if (reply !== undefined) return reply;
    }
    const token = call.action === 'StartSnapshot' ? tokenOf(call) : '';
    const known = tokens.get(token);
    if (known !== undefined) return known.asked === call.body.toString() ? known.reply : ebsRefusal('ConflictException', 'The client token was used for another request.', 409);
    const refused = refusalOf(call, begun.get(call.snapshot));
    if (refused !== undefined) return refused;
    const reply = await forward(moto, path, method, call);
    if (reply.status >= 300) return reply;
    if (call.action === 'StartSnapshot') {
      const made = JSON.parse(reply.body.toString()) as { SnapshotId: string; VolumeSize: number };
      begun.set(made.SnapshotId, { gibibytes: made.VolumeSize, state: 'pending', blocks: new Map() });
      tokens.set(token, { asked: call.body.toString(), reply });
    }
    if (call.action === 'PutSnapshotBlock') begun.get(call.snapshot)?.blocks.set(call.index, digest(call.body));
    if (call.action === 'CompleteSnapshot') Object.assign(begun.get(call.snapshot) ?? {}, { state: 'completed' });
    return reply;
  };

  const server = createServer((incoming, outgoing) => {
    const [path, method] = [incoming.url ?? '', incoming.method ?? ''];
    void readCall(incoming, path, method).then((call) => answer(path, method, call)).then(
      ({ status, headers, body }) => { outgoing.writeHead(status, headers).end(body); },
      (error: unknown) => { outgoing.writeHead(500).end(String(error)); },
    );
  });
  return { ...await listening(server, calls), calls, hooks };
}

/** What EBS would not take. */
function refusalOf({ action, index, headers, body, snapshot }: EbsCall, begun: Begun | undefined): EbsReply | undefined {
  if (action === 'StartSnapshot') {
    const asked = JSON.parse(body.toString()) as Record<string, unknown>;
    const [size, timeout] = [Number(asked['VolumeSize']), Number(asked['Timeout'] ?? 60)];
    if (!Number.isInteger(size) || size < 1) return ebsRefusal('ValidationException', 'VolumeSize');
    if (!Number.isInteger(timeout) || timeout < 10 || timeout > 4320) return ebsRefusal('ValidationException', 'Timeout');
    return asked['KmsKeyArn'] !== undefined && asked['Encrypted'] !== true ? ebsRefusal('ValidationException', 'KmsKeyArn without Encrypted') : undefined;
  }
  if (begun === undefined) return ebsRefusal('ResourceNotFoundException', `The snapshot ${snapshot} does not exist.`, 404);
  if (action === 'PutSnapshotBlock') {
    if (begun.state !== 'pending') return ebsRefusal('ValidationException', `The snapshot is ${begun.state}.`);
    if (body.length !== blockBytes || headers['x-amz-data-length'] !== String(blockBytes)) return ebsRefusal('ValidationException', `A block has ${blockBytes} bytes, not ${body.length}.`);
    if (index < 0 || index * blockBytes >= begun.gibibytes * 2 ** 30) return ebsRefusal('ValidationException', `Block ${index} is outside of the volume.`);
    return checksumIs(headers, digest(body));
  }
  if (action === 'CompleteSnapshot') {
    if (begun.state !== 'pending') return ebsRefusal('ValidationException', `The snapshot is ${begun.state}.`);
    if (headers['x-amz-changedblockscount'] !== String(begun.blocks.size)) return ebsRefusal('ValidationException', `${begun.blocks.size} blocks were written.`);
    if (headers['x-amz-checksum-aggregation-method'] !== 'LINEAR') return ebsRefusal('ValidationException', 'The aggregation method is LINEAR.');
    return checksumIs(headers, digest(Buffer.concat([...begun.blocks].sort(([a], [b]) => a - b).map(([, block]) => block))));
  }
  return undefined;
}

function checksumIs(headers: EbsCall['headers'], expected: Buffer): EbsReply | undefined {
  const good = headers['x-amz-checksum-algorithm'] === 'SHA256' && headers['x-amz-checksum'] === expected.toString('base64');
  return good ? undefined : ebsRefusal('ValidationException', 'The checksum does not match.');
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function tokenOf({ region, body }: EbsCall): string {
  const { ClientToken } = JSON.parse(body.toString()) as { ClientToken?: string };
  return `${region} ${ClientToken ?? Math.random()}`;
}

async function readCall(incoming: IncomingMessage, url: string, method: string): Promise<EbsCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const region = /Credential=[^/]+\/\d+\/([^/]+)\/ebs\//.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const [, , first = '', second = '', third = ''] = (url.split('?')[0] ?? '').split('/');
  const call = { region, headers, body: Buffer.concat(chunks), snapshot: first === 'completion' ? second : first, index: Number(third) };
  if (first === '') return { ...call, action: 'StartSnapshot' };
  if (first === 'completion') return { ...call, action: 'CompleteSnapshot' };
  if (third !== '') return { ...call, action: method === 'PUT' ? 'PutSnapshotBlock' : 'GetSnapshotBlock' };
  return { ...call, action: second === 'blocks' ? 'ListSnapshotBlocks' : 'ListChangedBlocks' };
}

function forward(moto: string, path: string, method: string, call: EbsCall): Promise<EbsReply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, moto), { method, headers: { ...call.headers, host: `ebs.${call.region}.amazonaws.com`, 'content-length': call.body.length } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => name.startsWith('x-amz') || name === 'content-type').map(([name, value]) => [name, String(value)]));
        resolve({ status: answer.statusCode ?? 500, headers, body: Buffer.concat(chunks) });
      }).on('error', reject);
    });
    outgoing.on('error', reject).end(call.body);
  });
}
