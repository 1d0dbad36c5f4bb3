import sql from 'sql-template-tag';
import type { Queryable, Transaction } from '../store/database.ts';

/** The manifest: the one row that says which segments are the index. */
export interface Manifest {
  /** Raised by every publication. */
  readonly version: number;
  /** Ids of the live segments, oldest first. */
  readonly segments: readonly string[];
}

export interface Publication {
  readonly add: readonly string[];
  /** Segments that `add` stands for; all must still be live, or nothing is published. */
  readonly remove: readonly string[];
}

/** The channel on which every publication and every delta wakes the followers. */
export const indexChannel = 'reperio_index';

export async function readManifest(database: Queryable): Promise<Manifest> {
  const [row] = await database.query<Manifest>(sql`SELECT version, segments FROM manifest`);
  if (row === undefined) throw new Error('the manifest row is missing');
  return row;
}

/**
 * Changes the list of live segments (all of `add` are stored, or it throws), in the caller's transaction (read committed), and wakes the followers at its commit. Undefined when a segment
 * of `remove` is no longer live: somebody else replaced it, and the caller must roll back. One UPDATE: a writer that waits for the row sees what the
 * one before it wrote, so no publication is ever lost.
 */
export async function publish(transaction: Transaction, { add, remove }: Publication): Promise<number | undefined> {
  const [stored] = await transaction.query<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM segment WHERE id = ANY (${add}::text[])`,
  );
  if (stored!.count < new Set(add).size) throw new Error('a segment that is to be published is not stored');
  const [row] = await transaction.query<{ version: number }>(sql`
    UPDATE manifest SET version = version + 1,
      segments = ARRAY(SELECT id FROM unnest(segments) WITH ORDINALITY AS live (id, place)
                       WHERE id <> ALL (${remove}::text[]) AND id <> ALL (${add}::text[]) ORDER BY place) || ${add}::text[]
    WHERE segments @> ${remove}::text[]
    RETURNING version`);
  if (row === undefined) return undefined;
  await wake(transaction);
  return row.version;
}

/** Wakes all followers when the transaction commits. */
export async function wake(transaction: Queryable): Promise<void> {
  await transaction.query(sql`SELECT pg_notify(${indexChannel}, '')`);
}
