import {
  CompleteSnapshotCommand, EBSClient, PutSnapshotBlockCommand, ResourceNotFoundException, StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { type BlockDeviceMapping, DeleteSnapshotCommand, EC2Client, paginateDescribeSnapshots, RegisterImageCommand, type Snapshot } from '@aws-sdk/client-ec2';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../../../errors.ts';
import type { Tags } from '../facts.ts';
import { failureOf } from '../failure.ts';
import { tagList } from '../translate.ts';
import type { Block } from './blocks.ts';
import type { BootMode } from './disk.ts';

export interface RegistrarOptions {
  /** How long a snapshot may take until it is complete. */
  waitSeconds: number;
  /** Called once for each API call. */
  onCall?: (operation: string) => void;
}

export interface SnapshotWish {
  token: string;
  gibibytes: number;
  description: string;
  tags: Tags;
  /** `undefined`: not encrypted; an empty one: by the account's default key; else the ARN of a key. */
  kmsKey: string | undefined;
}

export interface ImageWish {
  name: string;
  description: string;
  snapshot: string;
  architecture: 'x86_64' | 'arm64';
  boot: BootMode;
  tags: Tags;
}

/** Hours in which an upload that was cut can be gone on with; EBS gives it up then. */
const patienceMinutes = 24 * 60;

/** How long EBS may know nothing of a snapshot that it has just begun. */
const unknownMilliseconds = 120_000;

/** Root device: EC2 takes any name, and Linux does not see it. */
const rootDevice = '/dev/xvda';

/** What turns blocks into a snapshot and a snapshot into an image, in one region. Throttling and lost connections are tried again by the SDK. */
export class Registrar {
  readonly name: string;
  readonly #ebs: EBSClient;
  readonly #ec2: EC2Client;
  readonly #waitSeconds: number;

  constructor(name: string, options: RegistrarOptions) {
    this.name = name;
    this.#waitSeconds = options.waitSeconds;
    // Credentials, profile and endpoints come from where the AWS CLI takes them: AWS_PROFILE, AWS_ENDPOINT_URL_EBS, …
    const settings = { region: name, retryMode: 'adaptive', maxAttempts: 8 };
    this.#ebs = new EBSClient({ ...settings, requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 } });
    this.#ec2 = new EC2Client(settings);
    const { onCall } = options;
    if (onCall === undefined) return;
    const counted = (context: { commandName?: string }): void => { onCall((context.commandName ?? '').replace(/Command$/, '')); };
    this.#ebs.middlewareStack.add((next, context) => (args) => { counted(context); return next(args); }, { step: 'initialize' });
    this.#ec2.middlewareStack.add((next, context) => (args) => { counted(context); return next(args); }, { step: 'initialize' });
  }

  close(): void {
    this.#ebs.destroy();
    this.#ec2.destroy();
  }

  /** Our snapshots with all of these tags. */
  async snapshots(tags: Tags): Promise<{ id: string; state: string }[]> {
    return (await this.#describe({ OwnerIds: ['self'], Filters: Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })) }))
      .map(({ SnapshotId, State }) => ({ id: SnapshotId ?? '', state: State ?? '' }));
  }

  /** The token makes a second call give the same snapshot. @returns its id */
  async start({ token, gibibytes, description, tags, kmsKey }: SnapshotWish): Promise<string> {
    const { SnapshotId } = await this.#call('StartSnapshot', () => this.#ebs.send(new StartSnapshotCommand({
      VolumeSize: gibibytes, ClientToken: token, Description: description, Tags: tagList(tags), Timeout: patienceMinutes,
      ...(kmsKey === undefined ? {} : { Encrypted: true, ...(kmsKey === '' ? {} : { KmsKeyArn: kmsKey }) }),
    })));
    if (SnapshotId === undefined) throw new TargetError('aws-answer', `${this.name}: StartSnapshot gave no snapshot id`);
    return SnapshotId;
  }

  /** @param digest SHA-256 of the block: what EBS got is held against it */
  async put(snapshot: string, { index, data }: Block, digest: Buffer): Promise<void> {
    const deadline = Date.now() + unknownMilliseconds;
    await this.#call('PutSnapshotBlock', async () => {
      for (;;) {
        try {
          await this.#ebs.send(new PutSnapshotBlockCommand({
            SnapshotId: snapshot, BlockIndex: index, BlockData: data, DataLength: data.length, Checksum: digest.toString('base64'), ChecksumAlgorithm: 'SHA256',
          }));
          return;
        } catch (error) {
          if (!(error instanceof ResourceNotFoundException) || Date.now() > deadline) throw error;
          await sleep(1000);
        }
      }
    });
  }

  /** @param digest SHA-256 over the digests of all its blocks, ascending */
  async complete(snapshot: string, blocks: number, digest: Buffer): Promise<void> {
    await this.#call('CompleteSnapshot', () => this.#ebs.send(new CompleteSnapshotCommand({
      SnapshotId: snapshot, ChangedBlocksCount: blocks, Checksum: digest.toString('base64'), ChecksumAlgorithm: 'SHA256', ChecksumAggregationMethod: 'LINEAR',
    })));
  }

  /** @throws TargetError `snapshot-failed`, `snapshot-pending` */
  async awaitSnapshot(id: string): Promise<void> {
    const deadline = Date.now() + this.#waitSeconds * 1000;
    for (let pause = 1; ; pause = Math.min(pause * 1.5, 15)) {
      const [found] = await this.#describe({ OwnerIds: ['self'], Filters: [{ Name: 'snapshot-id', Values: [id] }] });
      if (found?.State === 'completed') return;
      if (found?.State === 'error') throw new TargetError('snapshot-failed', `${this.name}: ${id} failed: ${found.StateMessage ?? 'EBS does not say why'}`);
      if (Date.now() + pause * 1000 > deadline) throw new TargetError('snapshot-pending', `${this.name}: ${id} is ${found?.State ?? 'not there'} after ${this.#waitSeconds} s`);
      await sleep(pause * 1000);
    }
  }

  async remove(snapshot: string): Promise<void> {
    await this.#call('DeleteSnapshot', () => this.#ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot })));
  }

  /** @returns the id of the image */
  async register({ name, description, snapshot, architecture, boot, tags }: ImageWish): Promise<string> {
    const root: BlockDeviceMapping = { DeviceName: rootDevice, Ebs: { SnapshotId: snapshot, VolumeType: 'gp3', DeleteOnTermination: true } };
    const { ImageId } = await this.#call('RegisterImage', () => this.#ec2.send(new RegisterImageCommand({
      Name: name, Description: description, Architecture: architecture, VirtualizationType: 'hvm', EnaSupport: true, ImdsSupport: 'v2.0', BootMode: boot,
      RootDeviceName: rootDevice, BlockDeviceMappings: [root], TagSpecifications: [{ ResourceType: 'image', Tags: tagList(tags) }],
    })));
    if (ImageId === undefined) throw new TargetError('aws-answer', `${this.name}: RegisterImage gave no image id`);
    return ImageId;
  }

  async #describe(input: Parameters<typeof paginateDescribeSnapshots>[1]): Promise<Snapshot[]> {
    return await this.#call('DescribeSnapshots', async () => {
      const found: Snapshot[] = [];
      for await (const page of paginateDescribeSnapshots({ client: this.#ec2 }, input)) found.push(...(page.Snapshots ?? []));
      return found;
    });
  }

  async #call<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failureOf(`${this.name}: ${operation}`, error);
    }
  }
}
