import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import { UserError } from '../errors/errors.ts';
import { makeOwnedFolder } from '../store/folder-owner.ts';
import { type ContentStore, contentPath } from './content.ts';
import { fileErrors } from './errors.ts';

export interface S3Options {
  /** As https://s3.example:9000; the bucket comes after it as a folder. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before the digests, without slashes around it; '' is none. */
  readonly prefix: string;
  readonly region: string;
  readonly key: string;
  readonly secret: string;
  readonly incoming: string;
}

/** Seconds. */
const addressGoodFor = 300;

/**
 * An S3-compatible store. Files are sent whole, at most 5 GB each, with their digest signed, so
 * that what arrives is what was sent.
 */
export function s3Store({ endpoint, bucket, prefix, region, key, secret, incoming }: S3Options): ContentStore {
  const client = new AwsClient({ accessKeyId: key, secretAccessKey: secret, region, service: 's3', retries: 2 });
  const urlOf = (digest: string): URL =>
    new URL([bucket, prefix, contentPath(digest)].filter((part) => part !== '').join('/'), `${endpoint}/`);
  const ask = (digest: string, init: RequestInit): Promise<Response> => askAt(urlOf(digest), init);
  const askAt = async (url: URL, init: RequestInit): Promise<Response> => {
    const signed = await client.sign(url, init);
    return fetch(signed).catch((error: unknown) => {
      throw new UserError(fileErrors.storeWrong, { problem: problemOf(error) }, error as Error);
    });
  };
  const sizeOf = async (digest: string): Promise<number | undefined> => {
    const answer = await ask(digest, { method: 'HEAD' });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new UserError(fileErrors.storeWrong, { problem: `with status ${answer.status}` });
    return Number(answer.headers.get('content-length'));
  };
  return {
    incoming: async () => {
      makeOwnedFolder(incoming);
      return incoming;
    },
    take: async (path, { digest, bytes }) => {
      if ((await sizeOf(digest)) !== bytes) {
        const headers = { 'content-length': String(bytes), 'x-amz-content-sha256': digest };
        const signed = await client.sign(urlOf(digest), { method: 'PUT', headers });
        const answer = await fetch(signed.url, {
          method: 'PUT',
          headers: { ...Object.fromEntries(signed.headers), ...headers },
          body: Readable.toWeb(createReadStream(path)) as ReadableStream,
          duplex: 'half',
        } as RequestInit).catch((error: unknown) => {
          throw new UserError(fileErrors.storeWrong, { problem: problemOf(error) }, error as Error);
        });
        await answer.arrayBuffer();
        if (!answer.ok) throw new UserError(fileErrors.storeWrong, { problem: `with status ${answer.status}` });
      }
      await rm(path, { force: true });
    },
    read: async (digest, range) => {
      const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` };
      const answer = await ask(digest, { headers });
      if (answer.status === 404) throw new UserError(fileErrors.lost, { digest });
      if (!answer.ok || answer.body === null)
        throw new UserError(fileErrors.storeWrong, { problem: `with status ${answer.status}` });
      return Readable.fromWeb(answer.body as ReadableStream<Uint8Array>);
    },
    size: sizeOf,
    path: () => undefined,
    address: async (digest, { type, disposition }) => {
      const url = urlOf(digest);
      url.searchParams.set('X-Amz-Expires', String(addressGoodFor));
      url.searchParams.set('response-content-type', type);
      url.searchParams.set('response-content-disposition', disposition);
      return (await client.sign(url, { aws: { signQuery: true } })).url;
    },
    list: async function* () {
      const { listingPage } = await import('./s3-listing.ts');
      const below = prefix === '' ? '' : `${prefix}/`;
      for (let next: string | undefined = ''; next !== undefined; ) {
        const url = new URL(bucket, `${endpoint}/`);
        url.searchParams.set('list-type', '2');
        url.searchParams.set('prefix', below);
        if (next !== '') url.searchParams.set('continuation-token', next);
        const answer = await askAt(url, {});
        const text = await answer.text();
        if (!answer.ok) throw new UserError(fileErrors.storeWrong, { problem: `with status ${answer.status}` });
        const page = listingPage(text, below);
        if (page === undefined) throw new UserError(fileErrors.storeWrong, { problem: 'with no list of objects' });
        yield* page.contents;
        next = page.next;
      }
    },
    remove: async (digest) => {
      const answer = await ask(digest, { method: 'DELETE' });
      await answer.arrayBuffer();
      if (!answer.ok && answer.status !== 404)
        throw new UserError(fileErrors.storeWrong, { problem: `with status ${answer.status}` });
    },
  };
}

function problemOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
