import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import sql from 'sql-template-tag';
import { installationFolder } from '../../config/settings.ts';
import { type ContentStore, contentPath } from '../../files/content.ts';
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
  /** Puts something else there under a path, with the bytes of a content. */
  stray(digest: string, path: string): void;
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
    stray: (digest, path) => {
      const target = join(folder, 'files', path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(store.path(digest)!, target);
    },
    close: async () => undefined,
  };
}

/**
 * Its tokens for the next page are made with DES, which Node has only when it is asked to; it ends
 * with its input, so with the test.
 */
const s3Program = `
  const S3rver = require('s3rver');
  const options = { address: '127.0.0.1', port: 0, silent: true, directory: process.argv.at(-1) };
  new S3rver({ ...options, configureBuckets: [{ name: 'library', configs: [] }] })
    .run().then(({ port }) => console.log('port ' + port + '.'));
  process.stdin.on('end', () => process.exit()).resume();`;

/** The S3 of the tests, which keeps objects as files. */
export async function s3Contents(database: Database, folder: string): Promise<TestContents> {
  const directory = join(folder, 's3');
  const server = spawn(process.execPath, ['--openssl-legacy-provider', '-e', s3Program, '--', directory], {
    ...{ cwd: installationFolder, stdio: ['pipe', 'pipe', 'inherit'] },
  });
  const [, port] = /port (\d+)\./.exec(await untilSays(server, '.'))!;
  const store = openContentStore(database, {
    ...{ dataFolder: folder, files: 's3://library/some/files', s3Endpoint: `http://127.0.0.1:${port}` },
    ...{ s3Region: 'us-east-1', s3Key: 'S3RVER', s3Secret: 'S3RVER' },
  });
  const close = async (): Promise<void> => {
    server.stdin.end();
    await once(server, 'exit');
  };
  const objectOf = (path: string, what: string): string => join(directory, 'library/some/files', path + what);
  return {
    ...{ name: 'S3', store, close },
    age: (digest, days) => {
      const when = (Date.now() - days * day) / 1000;
      utimesSync(objectOf(contentPath(digest), '._S3rver_object'), when, when);
    },
    stray: (digest, path) => {
      mkdirSync(dirname(objectOf(path, '')), { recursive: true });
      for (const what of ['._S3rver_object', '._S3rver_object.md5', '._S3rver_metadata.json'])
        copyFileSync(objectOf(contentPath(digest), what), objectOf(path, what));
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
    ...{ database, store, settings: { dataFolder, databaseUrl: database.url }, release: join(dataFolder, 'release') },
    ...{ signal: new AbortController().signal, now: Date.now, advance: () => undefined, ...changes },
  };
}

/** What a process says before it is killed. */
export async function untilSays(child: { readonly stdout: Readable }, word: string): Promise<string> {
  let said = '';
  child.stdout.setEncoding('utf8');
  while (!said.includes(word)) said += String((await once(child.stdout, 'data'))[0]);
  return said;
}
