import { UserError } from '../errors/errors.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { type StoredBatch, storedBatch } from '../index/stored-records.ts';
import type { Database, Queryable } from '../store/database.ts';

/** Reads whole records. */
export interface RecordReader {
  /**
   * The newest versions in stored form and in the order asked for, at least one and not many more
   * characters than
   * `bytes`; those that never were are left out.
   * `patience`: ms to wait for a database that is away.
   */
  stored(ids: readonly number[], bytes: number, patience?: number): Promise<StoredBatch>;
}

/** A replica that could not be read is left alone for so long. Milliseconds. */
const leftAlone = 5_000;

/**
 * Reads from a replica where that has each record at least as new as the index, which is read from
 * the primary: so whoever sees a change in a search sees it in the record, without waiting for
 * replicas. What the replica does not have is read from the primary; when that is away, what the
 * replica has is better than nothing.
 */
export function recordReader(
  primary: Database,
  replica: Database | undefined,
  snapshot: () => IndexSnapshot,
): RecordReader {
  const fromPrimary: RecordReader = {
    stored: (ids, bytes, patience) => storedBatch(patient(primary, patience), ids, bytes),
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
    stored: async (ids, bytes, patience) => {
      const batch = await ask(() => storedBatch(replica, ids, bytes));
      if (batch === undefined) return fromPrimary.stored(ids, bytes, patience);
      const revisions = new Map(batch.rows.map(({ id, revision }) => [id, revision]));
      if (!isOlder(snapshot(), ids.slice(0, batch.taken), (id) => revisions.get(id) ?? 0)) return batch;
      try {
        return await fromPrimary.stored(ids, bytes, patience);
      } catch (error) {
        if (!(error instanceof UserError) || error.status !== 503 || batch.rows.length === 0) throw error;
        return batch;
      }
    },
  };
}

function patient(database: Database, patience: number | undefined): Queryable {
  if (patience === undefined) return database;
  return { query: (statement) => database.query(statement, { patience }) };
}

/** Is one of these older than in the index? */
function isOlder({ segments }: IndexSnapshot, ids: readonly number[], revisionOf: (id: number) => number): boolean {
  return ids.some((id) => {
    const revision = revisionOf(id);
    return segments.some(({ segment, live }) => {
      const ordinal = segment.ordinalOf(id);
      return ordinal !== -1 && live.has(ordinal) && segment.revisions[ordinal]! > revision;
    });
  });
}
