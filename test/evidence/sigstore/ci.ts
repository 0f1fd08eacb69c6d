import type { Sigstore } from './instance.ts';

/** Does something as a job of a CI would, whose runner gives tokens as GitHub's does. Sigstore's library reads the environment. */
export async function inCi<T>(sigstore: Sigstore, work: () => Promise<T>): Promise<T> {
  const variables = { ACTIONS_ID_TOKEN_REQUEST_URL: `${sigstore.url}/token?job=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: sigstore.runnerSecret };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  try {
    Object.assign(process.env, variables);
    return await work();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
