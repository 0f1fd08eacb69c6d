import { createHash } from 'node:crypto';
import type { Answer, Service } from './index.ts';

const error = (status: number, message: string): Answer => ({ status, json: { error: { code: status, message } } });

/** Cloud Storage's JSON API, as far as objects that are written once: https://cloud.google.com/storage/docs/json_api/v1/objects */
export function storage(buckets: ReadonlyMap<string, Map<string, Buffer>>): Service {
  return ({ method, url: { pathname, searchParams }, headers, body }) => {
    const [, upload, bucketName = '', rest] = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(pathname) ?? [];
    const bucket = buckets.get(decodeURIComponent(bucketName));
    if (bucketName === '') return undefined;
    if (bucket === undefined) return error(404, 'The specified bucket does not exist.');
    if (upload !== undefined && method === 'POST') {
      const name = searchParams.get('name');
      if (searchParams.get('uploadType') !== 'media' || name === null || name === '') return error(400, 'Required');
      // Without it an object would be replaced.
      if (searchParams.get('ifGenerationMatch') !== '0') return error(400, 'this lab wants ifGenerationMatch=0');
      if (bucket.has(name)) return error(412, 'At least one of the pre-conditions you specified did not hold.');
      bucket.set(name, body);
      return { status: 200, json: { kind: 'storage#object', name, size: String(body.length), md5Hash: createHash('md5').update(body).digest('base64'), generation: '1' } };
    }
    if (rest === undefined && method === 'GET') {
      const names = [...bucket.keys()].filter((name) => name.startsWith(searchParams.get('prefix') ?? '')).sort();
      const from = Number(searchParams.get('pageToken') ?? 0);
      // Pages of one, so that whoever reads only the first is found out.
      return { status: 200, json: { items: names.slice(from, from + 1).map((name) => ({ name, size: String(bucket.get(name)?.length) })), ...(from + 1 < names.length ? { nextPageToken: String(from + 1) } : {}) } };
    }
    if (rest === undefined || method !== 'GET') return undefined;
    const found = bucket.get(decodeURIComponent(rest));
    if (found === undefined) return error(404, `No such object: ${bucketName}/${decodeURIComponent(rest)}`);
    if (searchParams.get('alt') !== 'media') return { status: 200, json: { name: rest, size: String(found.length) } };
    const from = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    if (from === undefined) return { status: 200, bytes: found };
    if (Number(from) >= found.length) return { ...error(416, 'Request range not satisfiable'), headers: { 'content-range': `bytes */${found.length}` } };
    return { status: 206, bytes: found.subarray(Number(from)), headers: { 'content-range': `bytes ${from}-${found.length - 1}/${found.length}` } };
  };
}
