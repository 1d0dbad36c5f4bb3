import { DatabaseError } from 'pg';
import sql from 'sql-template-tag';
import { firstVersions, type IndexVersions, sameVersions } from '../site/index-versions.ts';
import type { Queryable, Transaction } from '../store/database.ts';

/** The manifest: the one row that says which segments are the index. */
export interface Manifest {
  /** Raised by every publication. */
  readonly version: number;
  /** Ids of the live segments, oldest first. */
  readonly segments: readonly string[];
  /** By which the live segments are made. */
  readonly versions: IndexVersions;
  /** They stay until an operator says otherwise, also when all nodes know newer ones. */
  readonly kept: boolean;
}

export interface Publication {
  readonly add: readonly string[];
  /** Segments that `add` stands for; all must still be live, or nothing is published. */
  readonly remove: readonly string[];
  /** When other ones come into force with it: then nothing of the old ones may be left. */
  readonly take?: Pick<Manifest, 'versions' | 'kept'>;
}

/** The channel on which every publication and every delta wakes the followers. */
export const indexChannel = 'reperio_index';

export async function readManifest(database: Queryable): Promise<Manifest> {
  const [row] = await database.query<Omit<Manifest, 'versions'> & IndexVersions>(
    sql`SELECT version, segments, analysis, format, kept FROM manifest`,
  );
  if (row === undefined) throw new Error('the manifest row is missing');
  const { version, segments, analysis, format, kept } = row;
  return { version, segments, versions: { analysis, format }, kept };
}

/**
 * Changes the list of live segments (all of `add` are stored, or it throws), in the caller's
 * transaction (read committed), and wakes the followers at its commit. Undefined when a segment of
 * `remove` is no longer live: somebody else replaced it, and the caller must roll back. One UPDATE:
 * a writer that waits for the row sees what the one before it wrote, so no publication is ever
 * lost.
 */
export async function publish(
  transaction: Transaction,
  { add, remove, take }: Publication,
): Promise<number | undefined> {
  const [stored] = await transaction.query<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM segment WHERE id = ANY (${add}::text[])`,
  );
  if (stored!.count < new Set(add).size) throw new Error('a segment that is to be published is not stored');
  const [row] = await transaction.query<{ version: number }>(sql`
    UPDATE manifest SET version = version + 1,
      analysis = coalesce(${take?.versions.analysis ?? null}, analysis), format = coalesce(${take?.versions.format ?? null}, format),
      kept = coalesce(${take?.kept ?? null}, kept),
      segments = ARRAY(SELECT id FROM unnest(segments) WITH ORDINALITY AS live (id, place)
                       WHERE id <> ALL (${remove}::text[]) AND id <> ALL (${add}::text[]) ORDER BY place) || ${add}::text[]
    WHERE segments @> ${remove}::text[]
    RETURNING version`);
  if (row === undefined) return undefined;
  if (take !== undefined) await tellFirstRelease(transaction, take.versions);
  await wake(transaction);
  return row.version;
}

/**
 * Releases before the manifest named its versions look at none, and would make such an index anew,
 * as theirs. What they do look at when they start is whether a migration changed what they use:
 * ours did, from the moment on that other versions than theirs are in force.
 */
export async function tellFirstRelease(transaction: Queryable, versions: IndexVersions): Promise<void> {
  const offline = !sameVersions(versions, firstVersions);
  await transaction.query(sql`
    UPDATE schema_migration SET offline = ${offline} WHERE file = '0008-index-versions.sql' AND offline <> ${offline}`);
}

/**
 * Where these versions are in force already: writes down whether they stay. False when other ones
 * are.
 */
export async function keepWhenSame(
  database: Queryable,
  { analysis, format }: IndexVersions,
  kept: boolean,
): Promise<boolean> {
  const same = await database.query(
    sql`UPDATE manifest SET kept = ${kept} WHERE analysis = ${analysis} AND format = ${format} RETURNING version`,
  );
  return same.length > 0;
}

/**
 * Somebody else took another analysis in force, or still writes by the one before: PostgreSQL
 * refused what would have mixed them.
 */
export function isMixedIndex(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'RI001';
}

/** Wakes all followers when the transaction commits. */
export async function wake(transaction: Queryable): Promise<void> {
  await transaction.query(sql`SELECT pg_notify(${indexChannel}, '')`);
}
