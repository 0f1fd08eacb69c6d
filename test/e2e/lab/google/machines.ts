import type { Machine } from '../index.ts';
import { Pool } from '../instance.ts';
import { type Compute, failure, wrongLabels } from './compute.ts';
import type { Answer, Service } from './index.ts';

interface Instance {
  machine: Machine;
  description: { name: string; disks?: { initializeParams?: { sourceImage?: string } }[]; metadata?: { items?: ({ key: string; value: string } | null)[] } };
}

export interface Builders {
  readonly service: Service;
  /** Names of the instances that are there, and of the disks. */
  readonly instances: ReadonlyMap<string, unknown>;
  readonly disks: ReadonlyMap<string, unknown>;
  /** Takes all machines away. */
  stop(): Promise<void>;
}

const resource = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const familyImage = 'debian-12-bookworm-v20261110';

/**
 * Instances of one project, each a machine that the guest agent lets its keys into, their disks, and images made of
 * these: https://cloud.google.com/compute/docs/reference/rest/v1/instances. A disk outlives its instance, as Packer asks for it.
 */
export function machinesOf(project: string, compute: Compute): Builders {
  const pool = new Pool();
  const instances = new Map<string, Instance>();
  const disks = new Map<string, Machine>();
  const link = (path: string): string => `https://www.googleapis.com/compute/v1/projects/${path}`;

  function insert(zone: string, given: Instance['description']): Answer {
    const { name } = given;
    if (!resource.test(name)) return failure(400, `Invalid value for field 'resource.name': '${name}'`);
    if (instances.has(name) || disks.has(name)) return failure(409, `The resource 'projects/${project}/zones/${zone}/instances/${name}' already exists`);
    return compute.begin(async () => {
      const keys = given.metadata?.items?.find((item) => item?.key === 'ssh-keys')?.value.split('\n') ?? [];
      const machine = await pool.start(keys.map((line) => ({ user: line.slice(0, line.indexOf(':')), publicKey: line.slice(line.indexOf(':') + 1) })), given.disks?.[0]?.initializeParams?.sourceImage?.split('/').at(-1) ?? '');
      instances.set(name, { machine, description: given });
      disks.set(name, machine);
    });
  }

  function shown(zone: string, { machine, description }: Instance): Answer {
    return { status: 200, json: {
      kind: 'compute#instance', selfLink: link(`${project}/zones/${zone}/instances/${description.name}`), status: 'RUNNING', ...description,
      metadata: { fingerprint: 'm0', items: description.metadata?.items?.filter((item) => item !== null) ?? [] },
      networkInterfaces: [{ name: 'nic0', networkIP: machine.host, accessConfigs: [{ name: 'External NAT', type: 'ONE_TO_ONE_NAT', natIP: machine.host }] }],
    } };
  }

  function insertImage({ name = '', sourceDisk = '', labels = {}, family }: { name?: string; sourceDisk?: string; labels?: Record<string, string>; family?: string }): Answer {
    const disk = sourceDisk.split('/').at(-1) ?? '';
    if (!resource.test(name)) return failure(400, `Invalid value for field 'resource.name': '${name}'`);
    if (compute.images.has(name)) return failure(409, `The resource 'projects/${project}/global/images/${name}' already exists`);
    const machine = disks.get(disk);
    if (machine === undefined) return failure(404, `The resource '${sourceDisk}' was not found`);
    if (instances.has(disk)) return failure(400, `The disk resource '${sourceDisk}' is already being used by 'projects/${project}/instances/${disk}'`);
    return wrongLabels(labels) ?? compute.begin(async () => {
      await pool.save(machine, name);
      const image = compute.add(name, labels, new Date().toISOString());
      if (family !== undefined) image.family = family;
    });
  }

  const service: Service = ({ method, url, body }) => {
    const given = body.length === 0 ? {} : JSON.parse(body.toString()) as Record<string, unknown>;
    const [, owner = '', rest = ''] = /^\/compute\/v1\/projects\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
    if (`${method} ${owner}/${rest}` === 'GET debian-cloud/global/images/family/debian-12') {
      return { status: 200, json: { name: familyImage, status: 'READY', selfLink: link(`debian-cloud/global/images/${familyImage}`), diskSizeGb: '10', guestOsFeatures: [{ type: 'UEFI_COMPATIBLE' }] } };
    }
    if (owner !== project) return undefined;
    if (`${method} ${rest}` === 'POST global/images') return insertImage(given);
    const [, zone = '', collection = '', name = '', verb = ''] = /^zones\/([a-z0-9-]+)(?:\/([a-zA-Z]+)(?:\/([a-z0-9-]+)(?:\/([a-zA-Z]+))?)?)?$/.exec(rest) ?? [];
    const instance = instances.get(name);
    switch (`${method} ${collection}${name === '' ? '' : '/NAME'}${verb === '' ? '' : `/${verb}`}`) {
      case 'GET ': return zone === '' ? undefined : { status: 200, json: { name: zone, status: 'UP', selfLink: link(`${project}/zones/${zone}`) } };
      case 'GET machineTypes/NAME': return { status: 200, json: { name, selfLink: link(`${project}/zones/${zone}/machineTypes/${name}`) } };
      case 'GET operations/NAME': return compute.operation(name);
      case 'POST instances': return insert(zone, given as unknown as Instance['description']);
      case 'GET instances/NAME': return instance === undefined ? undefined : shown(zone, instance);
      case 'GET instances/NAME/serialPort': return instance === undefined ? undefined : { status: 200, json: { contents: instance.machine.console } };
      case 'DELETE instances/NAME': return instance === undefined ? undefined : compute.begin(async () => {
        await instance.machine.powerOff();
        instances.delete(name);
      });
      case 'DELETE disks/NAME': {
        const disk = disks.get(name);
        if (disk === undefined) return undefined;
        if (instance !== undefined) return failure(400, `The disk resource '${name}' is already being used by 'instances/${name}'`);
        return compute.begin(async () => {
          disks.delete(name);
          await disk.stop();
        });
      }
      default: return undefined;
    }
  };

  return { service, instances, disks, stop: () => pool.stop() };
}
