import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import { UserError } from '../errors/errors.ts';
import type { Content } from './content.ts';
import { fileErrors } from './errors.ts';

export interface S3Access {
  /** As https://s3.example:9000; the bucket comes after it as a folder. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before all keys, without slashes around it; '' is none. */
  readonly prefix: string;
  readonly region: string;
  readonly key: string;
  readonly secret: string;
}

/** Objects of an S3-compatible store, by keys below its prefix. All throw `storeWrong`. */
export interface S3Objects {
  /** Undefined: it is not there. */
  size(key: string): Promise<number | undefined>;
  /** Undefined: it is not there. `end` is included. */
  get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable | undefined>;
  /** A whole file of at most 5 GB; its digest is signed, so that what arrives is what was sent. */
  put(key: string, path: string, content: Content): Promise<void>;
  remove(key: string): Promise<void>;
  /** In the order of keys. */
  list(prefix: string): AsyncIterable<S3Object>;
  /** An address that is good for some seconds without a key. */
  address(key: string, seconds: number, answer: Readonly<Record<string, string>>): Promise<string>;
}

export interface S3Object {
  readonly key: string;
  readonly bytes: number;
  readonly written: Date;
}

export function s3Objects({ endpoint, bucket, prefix, region, key: id, secret }: S3Access): S3Objects {
  const client = new AwsClient({ accessKeyId: id, secretAccessKey: secret, region, service: 's3', retries: 2 });
  const before = prefix === '' ? '' : `${prefix}/`;
  const urlOf = (key: string): URL => new URL(`${bucket}/${before}${key}`, `${endpoint}/`);
  const send = async (request: Promise<Response>): Promise<Response> =>
    request.catch((error: unknown) => {
      throw new UserError(fileErrors.storeWrong, { problem: problemOf(error) }, error as Error);
    });
  const ask = async (url: URL, init: RequestInit): Promise<Response> => send(fetch(await client.sign(url, init)));
  const refuse = ({ status }: Response): never => {
    throw new UserError(fileErrors.storeWrong, { problem: `with status ${status}` });
  };
  return {
    size: async (key) => {
      const answer = await ask(urlOf(key), { method: 'HEAD' });
      if (answer.status === 404) return undefined;
      return answer.ok ? Number(answer.headers.get('content-length')) : refuse(answer);
    },
    get: async (key, range) => {
      const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` };
      const answer = await ask(urlOf(key), { headers });
      if (answer.status === 404) return undefined;
      if (!answer.ok || answer.body === null) return refuse(answer);
      return Readable.fromWeb(answer.body as ReadableStream<Uint8Array>);
    },
    put: async (key, path, { digest, bytes }) => {
      const headers = { 'content-length': String(bytes), 'x-amz-content-sha256': digest };
      const signed = await client.sign(urlOf(key), { method: 'PUT', headers });
      const answer = await send(
        fetch(signed.url, {
          method: 'PUT',
          headers: { ...Object.fromEntries(signed.headers), ...headers },
          body: Readable.toWeb(createReadStream(path)) as ReadableStream,
          duplex: 'half',
        } as RequestInit),
      );
      await answer.arrayBuffer();
      if (!answer.ok) refuse(answer);
    },
    remove: async (key) => {
      const answer = await ask(urlOf(key), { method: 'DELETE' });
      await answer.arrayBuffer();
      if (!answer.ok && answer.status !== 404) refuse(answer);
    },
    list: async function* (under) {
      for (let token: string | undefined; ; ) {
        const url = new URL(`${bucket}`, `${endpoint}/`);
        url.searchParams.set('list-type', '2');
        url.searchParams.set('prefix', before + under);
        if (token !== undefined) url.searchParams.set('continuation-token', token);
        const answer = await ask(url, {});
        if (!answer.ok) refuse(answer);
        const body = await answer.text();
        if (!body.includes('<ListBucketResult'))
          throw new UserError(fileErrors.storeWrong, { problem: 'with no list of objects' });
        for (const [, part = ''] of body.matchAll(/<Contents>(.*?)<\/Contents>/gs))
          yield {
            key: element(part, 'Key').slice(before.length),
            bytes: Number(element(part, 'Size')),
            written: new Date(element(part, 'LastModified')),
          };
        token = element(body, 'NextContinuationToken') || undefined;
        if (token === undefined) return;
      }
    },
    address: async (key, seconds, answer) => {
      const url = urlOf(key);
      url.searchParams.set('X-Amz-Expires', String(seconds));
      for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
      return (await client.sign(url, { aws: { signQuery: true } })).url;
    },
  };
}

/**
 * The text of an element of ListObjectsV2's answer; '': there is none. Our keys have no entities.
 */
function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}

function problemOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
