import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Database, Queryable } from '../store/database.ts';
import type { Content, ContentStore } from './content.ts';
import { fileErrors } from './errors.ts';

/** Errors of a disk about a single file; any other error says nothing about the file. */
const ofThisFile: readonly unknown[] = [
  'EIO',
  'EACCES',
  'EPERM',
  'EISDIR',
  'EBADMSG',
  fileErrors.lost.code,
  fileErrors.refused.code,
];

/**
 * Reads all bytes: what is wrong with them, or undefined. Throws when the store does not answer.
 * `onBytes` may hold it up.
 */
export async function contentProblem(
  store: ContentStore,
  { digest, bytes }: Content,
  onBytes: (bytes: number) => Promise<void> = async () => undefined,
): Promise<string | undefined> {
  const size = await store.size(digest);
  if (size === undefined) return 'it is not in the store';
  if (size !== bytes) return `it has ${size} bytes instead of ${bytes}`;
  const hash = createHash('sha256');
  try {
    for await (const chunk of await store.read(digest)) {
      hash.update(chunk as Uint8Array);
      await onBytes((chunk as Uint8Array).length);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && ofThisFile.includes(error.code))
      return `it cannot be read: ${error.message}`;
    throw error;
  }
  return hash.digest('hex') === digest ? undefined : 'its bytes have changed';
}

/** Remembers what reading them has shown. */
export async function noteContent(database: Queryable, digest: string, problem: string | undefined): Promise<void> {
  await database.query(sql`
    INSERT INTO content_check (digest, problem) VALUES (decode(${digest}, 'hex'), ${problem ?? null})
    ON CONFLICT (digest) DO UPDATE SET checked = now(), problem = excluded.problem`);
}

export interface FixityOptions {
  readonly database: Database;
  readonly store: ContentStore;
  /** Bytes are read again when they were last read so long ago, in ms. */
  readonly every: number;
  /** No file is begun after this time, in ms. */
  readonly within: number;
  /** Bytes a second. */
  readonly pace: number;
  readonly signal: AbortSignal;
  /** A clock, in ms. */
  readonly now?: () => number;
}

export interface FixityReport {
  /** Different contents that were read, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Contents that are known to be missing or damaged, of all. */
  readonly wrong: number;
}

const pageSize = 1_000;
/**
 * A file that was found missing or damaged is checked again after this time: it may have been
 * restored. Seconds.
 */
const wrongAgain = 3_600;

/**
 * Reads the contents that were read longest ago, those never read first, and notes what is wrong
 * with them. Continues where the last run ended.
 */
export async function checkContents(options: FixityOptions): Promise<FixityReport> {
  const { database, store, every, within, pace, signal, now = () => performance.now() } = options;
  const began = now();
  let files = 0;
  let bytes = 0;
  const onBytes = async (more: number): Promise<void> => {
    signal.throwIfAborted();
    bytes += more;
    const early = (bytes / pace) * 1000 - (now() - began);
    if (early > 20) await sleep(early, undefined, { signal });
  };
  const isOver = (): boolean => now() - began > within;
  for (let page = await dueContents(database, every); page.length > 0 && !isOver(); ) {
    for (const content of page) {
      if (isOver()) break;
      signal.throwIfAborted();
      await noteContent(database, content.digest, await contentProblem(store, content, onBytes));
      files++;
    }
    page = await dueContents(database, every);
  }
  await database.query(
    sql`DELETE FROM content_check c WHERE NOT EXISTS (SELECT FROM file WHERE file.digest = c.digest)`,
  );
  const [found] = await database.query<{ wrong: number }>(
    sql`SELECT count(*)::integer AS wrong FROM content_check WHERE problem IS NOT NULL`,
  );
  return { files, bytes, wrong: found!.wrong };
}

async function dueContents(database: Queryable, every: number): Promise<readonly Content[]> {
  return database.query<Content>(sql`
    SELECT encode(file.digest, 'hex') AS digest, max(file.bytes) AS bytes
    FROM file LEFT JOIN content_check c ON c.digest = file.digest
    WHERE c.checked IS NULL OR c.checked < now() - make_interval(secs =>
      CASE WHEN c.problem IS NULL THEN ${every / 1000}::float8 ELSE least(${every / 1000}::float8, ${wrongAgain}) END)
    GROUP BY file.digest ORDER BY min(c.checked) NULLS FIRST LIMIT ${pageSize}`);
}
