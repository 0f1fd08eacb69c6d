import {
  CopyImageCommand, CreateTagsCommand, DeregisterImageCommand, DescribeImageAttributeCommand, DescribeSnapshotAttributeCommand,
  DisableImageDeregistrationProtectionCommand, EC2Client, EnableImageDeprecationCommand, EnableImageDeregistrationProtectionCommand,
  type Image, ModifyImageAttributeCommand, ModifySnapshotAttributeCommand, paginateDescribeImages, paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions, paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../../errors.ts';
import type { ImageFacts, SnapshotFacts, Tags } from './facts.ts';
import { failureOf } from './failure.ts';
import type { Action } from './plan.ts';
import { factsOf, launcher, permissions, tagList, tagsOf } from './translate.ts';

export interface RegionOptions {
  /** How long a copy or a new image may take until it is there. */
  waitSeconds: number;
  /** Called once for each API call that reaches EC2. */
  onCall?: (region: string, operation: string) => void;
}

/** EC2 in one region. Throttling and lost connections are tried again by the SDK. */
export class Region {
  readonly name: string;
  readonly #ec2: EC2Client;
  readonly #waitSeconds: number;

  constructor(name: string, options: RegionOptions) {
    this.name = name;
    this.#waitSeconds = options.waitSeconds;
    // Credentials, profile and endpoint come from where the AWS CLI takes them: AWS_PROFILE, AWS_ENDPOINT_URL_EC2, …
    this.#ec2 = new EC2Client({ region: name, retryMode: 'adaptive', maxAttempts: 8 });
    const { onCall } = options;
    if (onCall !== undefined) {
      this.#ec2.middlewareStack.add((next, context) => (args) => {
        onCall(name, (context['commandName'] ?? '').replace(/Command$/, ''));
        return next(args);
      }, { step: 'initialize' });
    }
  }

  close(): void {
    this.#ec2.destroy();
  }

  /**
   * Our image of that id, once it is available. EC2's own waiter would take a missing permission for a reason to wait.
   * @throws TargetError `image-missing`, `image-failed`
   */
  async awaitImage(id: string): Promise<ImageFacts> {
    const deadline = Date.now() + this.#waitSeconds * 1000;
    for (let pause = 1; ; pause = Math.min(pause * 1.5, 15)) {
      const image = await this.image(id);
      if (image?.state === 'available') return image;
      if (image?.state === 'failed' || image?.state === 'error') throw new TargetError('image-failed', `${this.name}: ${id} failed`);
      if (Date.now() + pause * 1000 > deadline) throw new TargetError('image-missing', `${this.name}: ${id} is ${image?.state ?? 'not there'} after ${this.#waitSeconds} s`);
      await sleep(pause * 1000);
    }
  }

  /** Our image of that id, whatever its state. */
  async image(id: string): Promise<ImageFacts | undefined> {
    const [found] = await this.#images([{ Name: 'image-id', Values: [id] }]);
    if (found === undefined) return undefined;
    // What is not finished has neither snapshots nor anybody to share it with.
    return found.State === 'available' ? await this.#details(found) : factsOf(this.name, found);
  }

  /** Our images with that tag (and value), without whom they are shared with. */
  async imagesTagged(key: string, value?: string): Promise<ImageFacts[]> {
    return (await this.#images([value === undefined ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value] }])).map((image) => factsOf(this.name, image));
  }

  async imagesNamed(name: string): Promise<ImageFacts[]> {
    return (await this.#images([{ Name: 'name', Values: [name] }])).map((image) => factsOf(this.name, image));
  }

  /** Ids of those images that an instance, not yet terminated, or a launch template refers to. */
  async used(ids: readonly string[]): Promise<Set<string>> {
    const used = new Set<string>();
    if (ids.length === 0) return used;
    await this.#call('DescribeInstances', async () => {
      const filters = [{ Name: 'image-id', Values: [...ids] }, { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] }];
      for await (const page of paginateDescribeInstances({ client: this.#ec2 }, { Filters: filters })) {
        for (const instance of (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? [])) if (instance.ImageId !== undefined) used.add(instance.ImageId);
      }
    });
    await this.#call('DescribeLaunchTemplateVersions', async () => {
      for await (const page of paginateDescribeLaunchTemplateVersions({ client: this.#ec2 }, { Versions: ['$Latest', '$Default'], Filters: [{ Name: 'image-id', Values: [...ids] }] })) {
        for (const version of page.LaunchTemplateVersions ?? []) if (version.LaunchTemplateData?.ImageId !== undefined) used.add(version.LaunchTemplateData.ImageId);
      }
    });
    return used;
  }

  /** Starts a copy of an image of another region; the token makes a second call give the same copy. @returns its id */
  async copyFrom(source: ImageFacts, token: string, tags: Tags, kmsKey: string | undefined): Promise<string> {
    const made = await this.#call('CopyImage', () => this.#ec2.send(new CopyImageCommand({
      SourceRegion: source.region, SourceImageId: source.id, Name: source.name, ClientToken: token, Encrypted: true,
      ...(kmsKey === undefined ? {} : { KmsKeyId: kmsKey }),
      TagSpecifications: (['image', 'snapshot'] as const).map((type) => ({ ResourceType: type, Tags: tagList(tags) })),
    })));
    if (made.ImageId === undefined) throw new TargetError('aws-answer', `${this.name}: CopyImage gave no image id`);
    return made.ImageId;
  }

  async apply(image: string, action: Action): Promise<void> {
    switch (action.do) {
      case 'tag':
        return this.tag(action.resources, action.tags);
      case 'require-imdsv2':
        await this.#call('ModifyImageAttribute', () => this.#ec2.send(new ModifyImageAttributeCommand({ ImageId: image, Attribute: 'imdsSupport', ImdsSupport: { Value: 'v2.0' } })));
        return;
      case 'share-snapshot':
        await this.#call('ModifySnapshotAttribute', () => this.#ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId: action.snapshot, Attribute: 'createVolumePermission', OperationType: 'add', UserIds: action.accounts })));
        return;
      case 'share':
        await this.#call('ModifyImageAttribute', () => this.#ec2.send(new ModifyImageAttributeCommand({ ImageId: image, LaunchPermission: { Add: permissions([...action.accounts, ...action.organisations]) } })));
        return;
      case 'deprecate':
        await this.#call('EnableImageDeprecation', () => this.#ec2.send(new EnableImageDeprecationCommand({ ImageId: image, DeprecateAt: new Date(action.at) })));
        return;
      case 'protect':
        await this.#call('EnableImageDeregistrationProtection', () => this.#ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId: image })));
        return;
    }
  }

  async tag(resources: readonly string[], tags: Tags): Promise<void> {
    await this.#call('CreateTags', () => this.#ec2.send(new CreateTagsCommand({ Resources: [...resources], Tags: tagList(tags) })));
  }

  /** Nobody but this account may launch the image or read its snapshots any more. */
  async unshare(image: ImageFacts): Promise<void> {
    if (image.launchers.length > 0) {
      await this.#call('ModifyImageAttribute', () => this.#ec2.send(new ModifyImageAttributeCommand({ ImageId: image.id, LaunchPermission: { Remove: permissions(image.launchers) } })));
    }
    for (const snapshot of image.snapshots.filter(({ sharedWith }) => sharedWith.length > 0)) {
      await this.#call('ModifySnapshotAttribute', () => this.#ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId: snapshot.id, Attribute: 'createVolumePermission', OperationType: 'remove', UserIds: [...snapshot.sharedWith] })));
    }
  }

  /** Deregisters an image with its snapshots, in one call so that nothing can be left between. What is gone already is no error. */
  async remove(image: ImageFacts): Promise<void> {
    if (image.protected) await this.#gone('DisableImageDeregistrationProtection', () => this.#ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId: image.id })));
    await this.#gone('DeregisterImage', () => this.#ec2.send(new DeregisterImageCommand({ ImageId: image.id, DeleteAssociatedSnapshots: true })));
  }

  async #images(filters: { Name: string; Values: string[] }[]): Promise<Image[]> {
    return await this.#call('DescribeImages', async () => {
      const images: Image[] = [];
      for await (const page of paginateDescribeImages({ client: this.#ec2 }, { Owners: ['self'], IncludeDeprecated: true, Filters: filters })) images.push(...(page.Images ?? []));
      return images;
    });
  }

  /** With who may launch it and what its snapshots are. */
  async #details(image: Image): Promise<ImageFacts> {
    const facts = factsOf(this.name, image);
    const { LaunchPermissions } = await this.#call('DescribeImageAttribute', () => this.#ec2.send(new DescribeImageAttributeCommand({ ImageId: facts.id, Attribute: 'launchPermission' })));
    return { ...facts, launchers: (LaunchPermissions ?? []).map(launcher).filter((who) => who !== ''), snapshots: await this.#snapshots(facts.snapshots.map(({ id }) => id)) };
  }

  async #snapshots(ids: readonly string[]): Promise<SnapshotFacts[]> {
    if (ids.length === 0) return [];
    const tags = new Map<string, Tags>();
    await this.#call('DescribeSnapshots', async () => {
      for await (const page of paginateDescribeSnapshots({ client: this.#ec2 }, { SnapshotIds: [...ids] })) for (const snapshot of page.Snapshots ?? []) tags.set(snapshot.SnapshotId ?? '', tagsOf(snapshot.Tags));
    });
    const facts: SnapshotFacts[] = [];
    for (const id of ids) {
      const { CreateVolumePermissions } = await this.#call('DescribeSnapshotAttribute', () => this.#ec2.send(new DescribeSnapshotAttributeCommand({ SnapshotId: id, Attribute: 'createVolumePermission' })));
      facts.push({ id, tags: tags.get(id) ?? {}, sharedWith: (CreateVolumePermissions ?? []).flatMap(({ UserId }) => (UserId === undefined ? [] : [UserId])) });
    }
    return facts;
  }

  /** What is not there any more needs no removing. */
  async #gone(operation: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Error && /^InvalidAMIID\.(NotFound|Unavailable)$/.test(error.name)) return;
      throw failureOf(`${this.name}: ${operation}`, error);
    }
  }

  async #call<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failureOf(`${this.name}: ${operation}`, error);
    }
  }
}
