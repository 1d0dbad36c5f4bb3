import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/**
 * Between who makes a file that names some bytes and who removes bytes that no file names: locks of
 * PostgreSQL, for a digest, that end with the transaction. Tells ours from those of leases.
 */
const family = 0x46_49_4c_45;

/** Digests that begin alike share a lock, which harms nobody. */
function keyOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 8), 16) | 0;
}

/**
 * Until the transaction ends nobody removes bytes with this digest. Waits while they are removed.
 * What holds other locks already may wait here: who removes waits for nobody.
 */
export async function shareContent(transaction: Queryable, digest: string): Promise<void> {
  await transaction.query(sql`SELECT pg_advisory_xact_lock_shared(${family}::integer, ${keyOf(digest)}::integer)`);
}

/**
 * Whether the transaction has the digest for itself, until it ends. False: somebody adds a file
 * with it just now.
 */
export async function tryHoldContent(transaction: Queryable, digest: string): Promise<boolean> {
  const [row] = await transaction.query<{ held: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock(${family}::integer, ${keyOf(digest)}::integer) AS held`,
  );
  return row!.held;
}
