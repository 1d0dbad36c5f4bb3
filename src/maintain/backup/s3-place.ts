import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { UserError } from '../../errors/errors.ts';
import { type S3Access, s3Objects } from '../../files/s3-objects.ts';
import { makeOwnedFolder } from '../../store/folder-owner.ts';
import { backupErrors } from './errors.ts';
import { isSetName } from './folder-place.ts';
import { ownerFile, ownerOf, ownerText, type Place } from './place.ts';

export interface S3PlaceOptions extends S3Access {
  readonly name: string;
  /** A folder of this machine where each file is before it is sent. */
  readonly incoming: string;
}

/** Beside a set that is being written: objects cannot be renamed. */
const unfinished = (set: string): string => `sets/${set}.unfinished`;

export function s3Place({ name, incoming, ...access }: S3PlaceOptions): Place {
  const objects = s3Objects(access);
  const explained = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: Error) => {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(backupErrors.placeAway, { place: name, reason: error.message.replace(/\.$/, '') }, error);
    });

  const write: Place['write'] = async (path, bytes) => {
    makeOwnedFolder(incoming);
    const part = join(incoming, `${randomUUID()}.part`);
    const hash = createHash('sha256');
    let length = 0;
    try {
      const file = await open(part, 'wx', 0o600);
      try {
        for await (const chunk of bytes) {
          hash.update(chunk);
          length += chunk.length;
          for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
        }
      } finally {
        await file.close();
      }
      await explained(objects.put(path, part, { digest: hash.digest('hex'), bytes: length }));
    } finally {
      await rm(part, { force: true });
    }
  };
  const removeAll = async (prefix: string): Promise<void> => {
    for await (const { key } of objects.list(prefix)) await objects.remove(key);
  };
  const marks = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { key } of objects.list('sets/')) if (key.endsWith('.unfinished')) found.push(key);
    return found;
  };

  return {
    name,
    folder: undefined,
    owner: async () => {
      const found = await explained(objects.get(ownerFile));
      return found === undefined ? undefined : ownerOf(await text(found));
    },
    claim: (library) => write(ownerFile, one(ownerText(library))),
    begin: async (set) => {
      await write(unfinished(set), one(`${new Date().toISOString()}\n`));
      return `sets/${set}`;
    },
    finish: (set) => explained(objects.remove(unfinished(set))),
    discard: async (set) => {
      await write(unfinished(set), one(`${new Date().toISOString()}\n`));
      await explained(removeAll(`sets/${set}/`));
      await explained(objects.remove(unfinished(set)));
    },
    sweep: () =>
      explained(
        (async () => {
          for (const mark of await marks()) {
            await removeAll(`${mark.slice(0, -'.unfinished'.length)}/`);
            await objects.remove(mark);
          }
        })(),
      ),
    sets: () =>
      explained(
        (async () => {
          const names = new Set<string>();
          const open = new Set<string>();
          for await (const { key } of objects.list('sets/')) {
            const set = key.split('/')[1] ?? '';
            if (set.endsWith('.unfinished')) open.add(set.slice(0, -'.unfinished'.length));
            else if (isSetName(set)) names.add(set);
          }
          return [...names].filter((set) => !open.has(set)).sort();
        })(),
      ),
    write,
    read: async (path) => {
      const found = await explained(objects.get(path));
      if (found === undefined) throw Object.assign(new Error(`there is no ${path}`), { code: 'ENOENT' });
      return found;
    },
    size: (path) => explained(objects.size(path)),
    walk: async function* (folder) {
      for await (const { key, bytes, written } of objects.list(`${folder}/`)) yield { path: key, bytes, written };
    },
    remove: (path) =>
      explained(
        (async () => {
          await removeAll(`${path}/`);
          await objects.remove(path);
        })(),
      ),
    free: async () => undefined,
  };
}

async function* one(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
