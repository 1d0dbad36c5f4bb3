import { UserError } from '../errors/errors.ts';
import type { RecordVersion } from '../index/entry.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { type StoredBatch, storedBatch } from '../index/stored-records.ts';
import { readRecords } from '../records/history.ts';
import type { Database, Queryable } from '../store/database.ts';

/** Reads whole records. */
export interface RecordReader {
  /** The newest versions, in no order; those that never were are left out. `patience`: ms to wait for a database that is away. */
  records(ids: readonly number[], patience?: number): Promise<readonly RecordVersion[]>;
  /** In stored form and in the order asked for, at least one and not many more characters than `bytes`. */
  stored(ids: readonly number[], bytes: number): Promise<StoredBatch>;
}

/** A replica that could not be read is left alone for so long. Milliseconds. */
const leftAlone = 5_000;

/**
 * Reads from a replica where that has each record at least as new as the index, which is read from the primary: so whoever sees a change in a search sees it in
 * the record, without waiting for replicas. What the replica does not have is read from the primary; when that is away, what the replica has is better than nothing.
 */
export function recordReader(
  primary: Database,
  replica: Database | undefined,
  snapshot: () => IndexSnapshot,
): RecordReader {
  const fromPrimary: RecordReader = {
    records: (ids, patience) => readRecords(patient(primary, patience), ids),
    stored: (ids, bytes) => storedBatch(primary, ids, bytes),
  };
  if (replica === undefined) return fromPrimary;
  let aloneUntil = 0;
  const ask = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (performance.now() < aloneUntil) return undefined;
    try {
      return await work();
    } catch {
      aloneUntil = performance.now() + leftAlone;
      return undefined;
    }
  };
  return {
    records: async (ids, patience) => {
      const found = await ask(() => readRecords(replica, ids));
      if (found === undefined) return fromPrimary.records(ids, patience);
      const known = new Map(found.map((version) => [version.id, version]));
      const older = olderThan(snapshot(), ids, (id) => known.get(id)?.revision ?? 0);
      if (older.length === 0) return found;
      try {
        for (const version of await fromPrimary.records(older, patience)) known.set(version.id, version);
      } catch (error) {
        if (!(error instanceof UserError) || error.status !== 503 || known.size === 0) throw error;
      }
      return [...known.values()];
    },
    stored: async (ids, bytes) => {
      const batch = await ask(() => storedBatch(replica, ids, bytes));
      if (batch === undefined) return fromPrimary.stored(ids, bytes);
      const revisions = new Map(batch.rows.map(({ id, revision }) => [id, revision]));
      const older = olderThan(snapshot(), ids.slice(0, batch.taken), (id) => revisions.get(id) ?? 0);
      return older.length === 0 ? batch : fromPrimary.stored(ids, bytes);
    },
  };
}

function patient(database: Database, patience: number | undefined): Queryable {
  if (patience === undefined) return database;
  return { query: (statement) => database.query(statement, { patience }) };
}

/** Which of these are older than in the index. */
function olderThan(
  { segments }: IndexSnapshot,
  ids: readonly number[],
  revisionOf: (id: number) => number,
): readonly number[] {
  return ids.filter((id) => {
    const revision = revisionOf(id);
    return segments.some(({ segment, live }) => {
      const ordinal = segment.ordinalOf(id);
      return ordinal !== -1 && live.has(ordinal) && segment.revisions[ordinal]! > revision;
    });
  });
}
