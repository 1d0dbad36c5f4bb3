import { rm } from 'node:fs/promises';
import { UserError } from '../errors/errors.ts';
import { makeOwnedFolder } from '../store/folder-owner.ts';
import { type ContentStore, contentPath, digestAt } from './content.ts';
import { fileErrors } from './errors.ts';
import { type S3Access, s3Objects } from './s3-objects.ts';

export interface S3Options extends S3Access {
  readonly incoming: string;
}

/** Seconds. */
const addressGoodFor = 300;

/**
 * An S3-compatible store. Files are sent whole, at most 5 GB each, with their digest signed, so
 * that what arrives is what was sent.
 */
export function s3Store({ incoming, ...access }: S3Options): ContentStore {
  const objects = s3Objects(access);
  const sizeOf = (digest: string): Promise<number | undefined> => objects.size(contentPath(digest));
  return {
    incoming: async () => {
      makeOwnedFolder(incoming);
      return incoming;
    },
    take: async (path, { digest, bytes }) => {
      if ((await sizeOf(digest)) !== bytes) await objects.put(contentPath(digest), path, { digest, bytes });
      await rm(path, { force: true });
    },
    read: async (digest, range) => {
      const found = await objects.get(contentPath(digest), range);
      if (found === undefined) throw new UserError(fileErrors.lost, { digest });
      return found;
    },
    size: sizeOf,
    path: () => undefined,
    address: (digest, { type, disposition }) =>
      objects.address(contentPath(digest), addressGoodFor, {
        'response-content-type': type,
        'response-content-disposition': disposition,
      }),
    list: async function* () {
      for await (const { key, bytes, written } of objects.list('')) {
        const digest = digestAt(key);
        if (digest !== undefined) yield { digest, bytes, modified: written };
      }
    },
    remove: (digest) => objects.remove(contentPath(digest)),
  };
}
