import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sql from 'sql-template-tag';
import type { ContentStore } from '../../files/content.ts';
import { addFile } from '../../files/documents.ts';
import { localStore } from '../../files/local-store.ts';
import { parseFileName } from '../../files/names.ts';
import { openContentStore } from '../../files/open.ts';
import { receive } from '../../files/receive.ts';
import type { Database } from '../../store/database.ts';
import type { GcContext } from './kind.ts';

const day = 86_400_000;

/** A store of a test, in which contents can be made older. */
export interface TestContents {
  readonly name: string;
  readonly store: ContentStore;
  /** The bytes came so many days ago. */
  age(digest: string, days: number): void;
  close(): Promise<void>;
}

export function localContents(folder: string): TestContents {
  const store = localStore(join(folder, 'files'), async () => true);
  return {
    ...{ name: 'a folder', store },
    age: (digest, days) => {
      const when = (Date.now() - days * day) / 1000;
      utimesSync(store.path(digest)!, when, when);
    },
    close: async () => undefined,
  };
}

/** The S3 of the tests, which keeps objects as files. */
export async function s3Contents(database: Database, folder: string): Promise<TestContents> {
  const S3rver = createRequire(import.meta.url)('s3rver') as new (
    options: object,
  ) => { run(): Promise<{ readonly port: number }>; close(): Promise<void> };
  const directory = join(folder, 's3');
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory },
    configureBuckets: [{ name: 'library', configs: [] }],
  });
  const { port } = await server.run();
  const store = openContentStore(database, {
    ...{ dataFolder: folder, files: 's3://library/some/files', s3Endpoint: `http://127.0.0.1:${port}` },
    ...{ s3Region: 'us-east-1', s3Key: 'S3RVER', s3Secret: 'S3RVER' },
  });
  return {
    ...{ name: 'S3', store, close: () => server.close() },
    age: (digest, days) => {
      const key = `some/files/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`;
      const when = (Date.now() - days * day) / 1000;
      utimesSync(join(directory, 'library', `${key}._S3rver_object`), when, when);
    },
  };
}

/** Bytes in the store that no file names. */
export async function keep(store: ContentStore, text: string): Promise<string> {
  return (await receive(store, Readable.from([Buffer.from(text)]), 1_000_000)).digest;
}

/** Adds a file to record 1. */
export async function addNamed(
  database: Database,
  store: Pick<ContentStore, 'size'>,
  { name, digest }: { readonly name: string; readonly digest: string },
): Promise<void> {
  const file = { ...parseFileName(name), digest, bytes: 1, record: 1 };
  const more = { status: undefined, description: undefined, person: undefined };
  await database.transaction((transaction) => addFile(transaction, store, { ...file, ...more }, () => true));
}

/** As if the last looks had been so many days ago. */
export async function daysPass(database: Database, days: number): Promise<void> {
  await database.query(sql`UPDATE orphan_content SET seen = seen - make_interval(days => ${days})`);
}

export async function listed(store: ContentStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { digest } of store.list()) found.push(digest);
  return found.sort();
}

export function contextOf(
  database: Database,
  store: ContentStore,
  dataFolder: string,
  changes: Partial<GcContext> = {},
): GcContext {
  return {
    ...{ database, store, settings: { dataFolder, databaseUrl: database.url } },
    ...{ signal: new AbortController().signal, now: Date.now, advance: () => undefined, ...changes },
  };
}

/** What a process says before it is killed. */
export async function untilSays(child: { readonly stdout: Readable }, word: string): Promise<void> {
  let said = '';
  child.stdout.setEncoding('utf8');
  while (!said.includes(word)) said += String((await once(child.stdout, 'data'))[0]);
}
