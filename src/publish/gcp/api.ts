import { setTimeout as sleep } from 'node:timers/promises';
import { GoogleAuth } from 'google-auth-library';
import * as z from 'zod';
import { ConfigurationError, CupelError, TargetError } from '../../errors.ts';
import type { GcpImage, Labels } from './facts.ts';

const imageSchema = z.object({
  name: z.string(), status: z.string(), creationTimestamp: z.string(), selfLink: z.string(), family: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(), labelFingerprint: z.string(), deprecated: z.object({ state: z.string().optional() }).optional(),
});
const operationSchema = z.object({
  name: z.string(), status: z.enum(['PENDING', 'RUNNING', 'DONE']),
  error: z.object({ errors: z.array(z.object({ code: z.string(), message: z.string() })) }).optional(),
});
const policySchema = z.looseObject({ etag: z.string().optional(), bindings: z.array(z.looseObject({ role: z.string(), members: z.array(z.string()).optional() })).optional() });
export type IamPolicy = z.infer<typeof policySchema>;
const refusalSchema = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })) }) });

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface ComputeOptions {
  project: string;
  /** Compute Engine's address, unless it is Google's own. */
  endpoint: string | undefined;
  /** How long an operation or an image may take. */
  waitSeconds: number;
  onCall?: () => void;
}

/** The images of a project, by Compute Engine's REST API. Credentials come from where gcloud's tools take them. */
export class ComputeImages {
  readonly project: string;
  readonly #auth: GoogleAuth;
  readonly #base: string;
  readonly #options: ComputeOptions;

  constructor(options: ComputeOptions) {
    this.project = options.project;
    this.#options = options;
    // With the project given the library does not go looking for one.
    this.#auth = new GoogleAuth({ projectId: options.project, scopes: ['https://www.googleapis.com/auth/compute'] });
    this.#base = `${options.endpoint ?? 'https://compute.googleapis.com'}/compute/v1/projects/${encodeURIComponent(options.project)}/global`;
  }

  async find(name: string): Promise<GcpImage | undefined> {
    const found = await this.#ask('GET', `images/${encodeURIComponent(name)}`, undefined, [404]);
    return found === undefined ? undefined : this.#facts(found);
  }

  /** Once it is ready. @throws TargetError `image-missing`, `image-failed` */
  async await(name: string): Promise<GcpImage> {
    const deadline = Date.now() + this.#options.waitSeconds * 1000;
    for (;;) {
      const image = await this.find(name);
      if (image?.status === 'READY') return image;
      if (image?.status === 'FAILED') throw new TargetError('image-failed', `${this.project}: image ${name} failed`);
      if (Date.now() > deadline) throw new TargetError('image-missing', `${this.project}: image ${name} is ${image?.status.toLowerCase() ?? 'not there'} after ${this.#options.waitSeconds} s`);
      await sleep(2000);
    }
  }

  /** With that label (and value). */
  async labelled(key: string, value?: string): Promise<GcpImage[]> {
    const images: GcpImage[] = [];
    let page: string | undefined;
    do {
      const query = new URLSearchParams({ filter: value === undefined ? `labels.${key}:*` : `labels.${key}=${value}`, ...(page === undefined ? {} : { pageToken: page }) });
      const list = z.object({ items: z.array(z.unknown()).optional(), nextPageToken: z.string().optional() }).parse(await this.#ask('GET', `images?${query.toString()}`));
      images.push(...(list.items ?? []).map((item) => this.#facts(item)));
      page = list.nextPageToken;
    } while (page !== undefined);
    return images;
  }

  /** The fingerprint keeps two writers from losing each other's labels. */
  async setLabels({ name, labelFingerprint }: GcpImage, labels: Labels): Promise<void> {
    await this.#operate('POST', `images/${name}/setLabels`, { labels, labelFingerprint });
  }

  async setFamily(name: string, family: string): Promise<void> {
    await this.#operate('PATCH', `images/${name}`, { family });
  }

  /** @param replacement link to what to use instead */
  async deprecate(name: string, replacement: string | undefined): Promise<void> {
    await this.#operate('POST', `images/${name}/deprecate`, { state: 'DEPRECATED', ...(replacement === undefined ? {} : { replacement }) });
  }

  async remove(name: string): Promise<void> {
    await this.#operate('DELETE', `images/${name}`, undefined, [404]);
  }

  async policy(name: string): Promise<IamPolicy> {
    return policySchema.parse(await this.#ask('GET', `images/${name}/getIamPolicy`));
  }

  async setPolicy(name: string, policy: IamPolicy): Promise<void> {
    await this.#ask('POST', `images/${name}/setIamPolicy`, { policy });
  }

  async #operate(method: Method, path: string, body: unknown, absent: readonly number[] = []): Promise<void> {
    const begun = await this.#ask(method, path, body, absent);
    if (begun === undefined) return;
    const deadline = Date.now() + this.#options.waitSeconds * 1000;
    for (let operation = operationSchema.parse(begun); ; operation = operationSchema.parse(await this.#ask('GET', `operations/${operation.name}`))) {
      const [error] = operation.error?.errors ?? [];
      if (error !== undefined) throw new TargetError('gcp-api', `${this.project}: ${method} ${path}: ${error.code}: ${error.message}`);
      if (operation.status === 'DONE') return;
      if (Date.now() > deadline) throw new TargetError('gcp-api', `${this.project}: ${method} ${path}: not done after ${this.#options.waitSeconds} s`);
      await sleep(1000);
    }
  }

  /** @param absent status codes that mean "there is none" */
  async #ask(method: Method, path: string, body?: unknown, absent: readonly number[] = []): Promise<unknown> {
    this.#options.onCall?.();
    try {
      // Everything asked here may be asked twice: busy servers and lost answers are tried again.
      const { data } = await this.#auth.request({
        url: `${this.#base}/${path}`, method, ...(body === undefined ? {} : { data: body }), timeout: 60_000, retry: true,
        retryConfig: { shouldRetry: (failed) => (failed.config.retryConfig?.currentRetryAttempt ?? 0) < 5 && (failed.response === undefined || isBusy(failed.response)) },
      });
      return data;
    } catch (error) {
      const status = (error as { response?: { status?: number } }).response?.status;
      if (status !== undefined && absent.includes(status)) return undefined;
      throw this.#failure(`${method} ${path}`, status, error);
    }
  }

  #failure(what: string, status: number | undefined, error: unknown): CupelError {
    const said = `${this.project}: ${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (status === 401 || (status === undefined && /credentials|token|identity/i.test(said))) return new ConfigurationError('gcp-credentials', said, { cause: error });
    if (status === 403) return new ConfigurationError('gcp-permission', said, { cause: error });
    return new TargetError('gcp-api', said, { cause: error });
  }

  #facts(answer: unknown): GcpImage {
    const read = imageSchema.safeParse(answer);
    if (!read.success) throw new TargetError('gcp-api', `${this.project}: Compute Engine describes an image in an unknown way`, { cause: read.error });
    const { name, status, creationTimestamp, family, labels, labelFingerprint, deprecated, selfLink } = read.data;
    return { project: this.project, name, status, created: creationTimestamp, family, labels: labels ?? {}, labelFingerprint, deprecated: deprecated?.state, selfLink };
  }
}

/** Compute Engine says with 403, too, that it is asked too often; else a 403 is a permission that is missing. */
function isBusy({ status, data }: { status: number; data?: unknown }): boolean {
  return status === 429 || status >= 500 || (status === 403 && refusalSchema.safeParse(data).data?.error.errors.some(({ reason }) => /^(userR|r)ateLimitExceeded$/.test(reason)) === true);
}
