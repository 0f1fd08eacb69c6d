import type { Answer, Service } from './index.ts';

export interface LabImage {
  name: string;
  status: string;
  creationTimestamp: string;
  family?: string;
  labels: Record<string, string>;
  labelFingerprint: string;
  deprecated?: { state: string; replacement?: string };
  policy: { etag: string; bindings?: { role: string; members: string[] }[] };
}

export interface Compute {
  readonly service: Service;
  readonly images: Map<string, LabImage>;
  add(name: string, labels: Readonly<Record<string, string>>, created?: string): LabImage;
  /** So many looks at an operation say that it is still running. */
  slow: number;
  /** The next operation ends with this error. */
  failNext: string | undefined;
  /** Begins an operation, which is running until its effect is there, and answers with it. */
  begin(effect: () => Promise<void> | void): Answer;
  /** What an operation says of itself. */
  operation(name: string): Answer;
}

export const failure = (status: number, message: string): Answer => ({ status, json: { error: { code: status, message } } });

/** What Compute Engine says against labels, if anything. */
export function wrongLabels(labels: Readonly<Record<string, string>>): Answer | undefined {
  const bad = Object.entries(labels).find(([key, value]) => !/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value));
  return bad === undefined && Object.keys(labels).length <= 64 ? undefined : failure(400, `Invalid value for field 'labels': ${bad?.join('=') ?? 'too many'}`);
}

/** The images of one project in Compute Engine: https://cloud.google.com/compute/docs/reference/rest/v1/images. Strict about labels, fingerprints, etags. */
export function compute(project: string): Compute {
  const images = new Map<string, LabImage>();
  const operations = new Map<string, { looks: number; running: boolean; error: string | undefined }>();
  let count = 0;
  const lab: Compute = {
    images, slow: 0, failNext: undefined, begin: begun, operation,
    add: (name, labels, created = '2026-11-23T10:00:00.000-08:00') => {
      const image: LabImage = { name, status: 'READY', creationTimestamp: created, labels: { ...labels }, labelFingerprint: 'f0', policy: { etag: 'e0' } };
      images.set(name, image);
      return image;
    },
    service: ({ method, url, body }) => {
      const path = new RegExp(`^/compute/v1/projects/${project}/global/(.*)$`).exec(url.pathname)?.[1];
      if (path === undefined) return undefined;
      const [collection = '', name = '', verb = ''] = path.split('/');
      if (collection === 'operations') return operation(name);
      if (collection !== 'images') return undefined;
      if (name === '' && method === 'GET') return list(url.searchParams.get('filter') ?? '', url.searchParams.get('pageToken'));
      const image = images.get(name);
      if (image === undefined) return failure(404, `The resource 'projects/${project}/global/images/${name}' was not found`);
      const given = body.length === 0 ? {} : JSON.parse(body.toString()) as Record<string, unknown>;
      switch (`${method} ${verb}`) {
        case 'GET ': return { status: 200, json: shown(image) };
        case 'GET getIamPolicy': return { status: 200, json: image.policy };
        case 'POST setIamPolicy': {
          const policy = given['policy'] as LabImage['policy'];
          if (policy.etag !== image.policy.etag) return failure(409, 'There were concurrent policy changes.');
          image.policy = { ...policy, etag: `e${++count}` };
          return { status: 200, json: image.policy };
        }
        case 'POST setLabels': {
          if (given['labelFingerprint'] !== image.labelFingerprint) return failure(412, 'Labels fingerprint either invalid or resource labels have changed');
          const labels = given['labels'] as Record<string, string>;
          return wrongLabels(labels) ?? begun(() => { Object.assign(image, { labels, labelFingerprint: `f${++count}` }); });
        }
        case 'PATCH ': return begun(() => { Object.assign(image, { family: given['family'] }); });
        case 'POST deprecate': return begun(() => { Object.assign(image, { deprecated: given }); });
        case 'DELETE ': return begun(() => { images.delete(name); });
        default: return undefined;
      }
    },
  };

  const link = (name: string): string => `https://www.googleapis.com/compute/v1/projects/${project}/global/images/${name}`;
  function shown(image: LabImage): unknown {
    return { kind: 'compute#image', id: '1', selfLink: link(image.name), ...image, policy: undefined };
  }
  function begun(effect: () => Promise<void> | void): Answer {
    const name = `operation-${++count}`;
    const held = { looks: lab.slow, running: false, error: lab.failNext };
    lab.failNext = undefined;
    const under = held.error === undefined ? effect() : undefined;
    if (under !== undefined) {
      held.running = true;
      under.catch((error: unknown) => { held.error = `INTERNAL ${String(error)}`; }).finally(() => { held.running = false; });
    }
    operations.set(name, held);
    return operation(name);
  }
  function operation(name: string): Answer {
    const held = operations.get(name);
    if (held === undefined) return failure(404, 'operation not found');
    if (held.running || held.looks-- > 0) return { status: 200, json: { name, status: 'RUNNING' } };
    return { status: 200, json: { name, status: 'DONE', ...(held.error === undefined ? {} : { error: { errors: [{ code: held.error, message: 'the lab says no' }] } }) } };
  }
  /** Two at a time, so that pages are turned. */
  function list(filter: string, token: string | null): Answer {
    const [, key = '', operator, value] = /^labels\.([a-z][a-z0-9_-]*)(:|=)(.+)$/.exec(filter) ?? [];
    if (operator === undefined) return failure(400, `Invalid value for field 'filter': '${filter}'`);
    const found = [...images.values()].filter((image) => (operator === ':' ? key in image.labels : image.labels[key] === value));
    const from = Number(token ?? 0);
    return { status: 200, json: { items: found.slice(from, from + 2).map(shown), ...(from + 2 < found.length ? { nextPageToken: String(from + 2) } : {}) } };
  }
  return lab;
}
