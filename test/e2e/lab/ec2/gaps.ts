import type { Ec2, Hook } from './server.ts';
import { type Call, done, listOf, refusal, type Reply, textOf } from './wire.ts';

interface Attributes {
  deprecated?: string;
  protected?: boolean;
  imds?: string;
}

/**
 * What moto 5.1 lacks of images, or is not strict about: unique names, client tokens, deprecation, deregistration
 * protection, IMDS support, tags of copies, snapshots that go with their image, launch template versions.
 */
export class Ec2Gaps implements Hook {
  readonly #ask: Ec2['ask'];
  readonly #attributes = new Map<string, Attributes>();
  readonly #tokens = new Map<string, Reply>();
  /** Ids of images that launch templates refer to. */
  readonly templates = new Set<string>();

  constructor(ask: Ec2['ask']) {
    this.#ask = ask;
  }

  async before(call: Call): Promise<Reply | undefined> {
    const { action, params } = call;
    const image = params.get('ImageId') ?? '';
    switch (action) {
      case 'CreateImage':
      case 'CopyImage':
      case 'RegisterImage': {
        const token = this.#tokens.get(tokenOf(call));
        if (token !== undefined) return token;
        const name = params.get('Name') ?? '';
        const held = await this.#ask(call.region, 'DescribeImages', { 'Owner.1': 'self', 'Filter.1.Name': 'name', 'Filter.1.Value.1': name });
        return held.body.includes('<imageId>') ? refusal('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${textOf(held.body, 'imageId') ?? ''}`) : undefined;
      }
      case 'DescribeLaunchTemplateVersions':
        if (params.has('LaunchTemplateId') || params.has('LaunchTemplateName')) return undefined;
        return done(action, `<launchTemplateVersionSet>${listOf(params, 'Filter.1.Value').filter((id) => this.templates.has(id))
          .map((id) => `<item><launchTemplateId>lt-1</launchTemplateId><versionNumber>1</versionNumber><launchTemplateData><imageId>${id}</imageId></launchTemplateData></item>`).join('')}</launchTemplateVersionSet>`);
      case 'EnableImageDeprecation':
        return await this.#unknown(call, image) ?? this.#set(action, image, { deprecated: params.get('DeprecateAt') ?? '' });
      case 'EnableImageDeregistrationProtection':
        return await this.#unknown(call, image) ?? this.#set(action, image, { protected: true }, '<return>enabled</return>');
      case 'DisableImageDeregistrationProtection':
        return await this.#unknown(call, image) ?? this.#set(action, image, { protected: false }, '<return>disabled</return>');
      case 'ModifyImageAttribute':
        if (params.get('Attribute') !== 'imdsSupport') return undefined;
        return await this.#unknown(call, image) ?? this.#set(action, image, { imds: params.get('ImdsSupport.Value') ?? '' });
      case 'DeregisterImage': {
        if (this.#attributes.get(image)?.protected === true) return refusal('OperationNotPermitted', `${image} is protected from deregistration`);
        const described = await this.#ask(call.region, 'DescribeImages', { 'ImageId.1': image });
        const reply = await this.#ask(call.region, action, { ImageId: image });
        if (reply.status === 200 && params.get('DeleteAssociatedSnapshots') === 'true') {
          for (const [, snapshot] of described.body.matchAll(/<snapshotId>([^<]+)</g)) await this.#ask(call.region, 'DeleteSnapshot', { SnapshotId: snapshot ?? '' });
        }
        return reply;
      }
      case 'DeleteSnapshot': {
        const users = await this.#ask(call.region, 'DescribeImages', { 'Owner.1': 'self', 'Filter.1.Name': 'block-device-mapping.snapshot-id', 'Filter.1.Value.1': params.get('SnapshotId') ?? '' });
        const holder = users.body.includes(params.get('SnapshotId') ?? '-') ? textOf(users.body, 'imageId') : undefined;
        return holder === undefined ? undefined : refusal('InvalidSnapshot.InUse', `The snapshot is currently in use by ${holder}`);
      }
      default:
        return undefined;
    }
  }

  async after(call: Call, reply: Reply): Promise<Reply> {
    if (reply.status !== 200) return reply;
    if (call.action === 'DescribeImages') return { ...reply, body: reply.body.replaceAll(/<imageId>([^<]+)<\/imageId>/g, (whole, id: string) => whole + this.#written(id)) };
    if (call.action === 'CopyImage') {
      await this.#tagCopy(call, textOf(reply.body, 'imageId') ?? '');
      this.#tokens.set(tokenOf(call), reply);
    }
    if (call.action === 'RegisterImage' && call.params.has('ImdsSupport')) this.#attributes.set(textOf(reply.body, 'imageId') ?? '', { imds: call.params.get('ImdsSupport') ?? '' });
    return reply;
  }

  async #unknown(call: Call, image: string): Promise<Reply | undefined> {
    const described = await this.#ask(call.region, 'DescribeImages', { 'ImageId.1': image });
    return described.status === 200 ? undefined : described;
  }

  #set(action: string, image: string, attributes: Attributes, fields?: string): Reply {
    this.#attributes.set(image, { ...this.#attributes.get(image), ...attributes });
    return done(action, fields);
  }

  #written(image: string): string {
    const { deprecated, protected: locked, imds } = this.#attributes.get(image) ?? {};
    return [
      ...(deprecated === undefined ? [] : [`<deprecationTime>${deprecated}</deprecationTime>`]),
      ...(locked === undefined ? [] : [`<deregistrationProtection>${locked ? 'enabled' : 'disabled'}</deregistrationProtection>`]),
      ...(imds === undefined ? [] : [`<imdsSupport>${imds}</imdsSupport>`]),
    ].join('');
  }

  async #tagCopy({ region, params }: Call, image: string): Promise<void> {
    const described = await this.#ask(region, 'DescribeImages', { 'ImageId.1': image });
    for (let at = 1; params.has(`TagSpecification.${at}.ResourceType`); at++) {
      const resource = params.get(`TagSpecification.${at}.ResourceType`) === 'image' ? image : textOf(described.body, 'snapshotId') ?? '';
      const tags: Record<string, string> = {};
      for (let index = 1; params.has(`TagSpecification.${at}.Tag.${index}.Key`); index++) {
        for (const part of ['Key', 'Value']) tags[`Tag.${index}.${part}`] = params.get(`TagSpecification.${at}.Tag.${index}.${part}`) ?? '';
      }
      await this.#ask(region, 'CreateTags', { 'ResourceId.1': resource, ...tags });
    }
  }
}

/** Only what carries a token is the same call again. */
function tokenOf({ region, action, params }: Call): string {
  const token = params.get('ClientToken');
  return token === null ? `none ${params.get('Name') ?? ''} ${region} ${Math.random()}` : `${action} ${region} ${token}`;
}
