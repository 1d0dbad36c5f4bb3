import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/**
 * Deletes stored segments that no manifest names, and returns how many. Needs the lease: whoever
 * makes the index anew stores segments long before they are named. Young ones stay: a follower may
 * be fetching them.
 */
export async function sweepSegments(
  database: Queryable,
  { olderThan }: { readonly olderThan: number },
): Promise<number> {
  const swept = await database.query(sql`
    DELETE FROM segment WHERE created < now() - make_interval(secs => ${olderThan})
      AND NOT EXISTS (SELECT FROM manifest WHERE segment.id = ANY (manifest.segments))
    RETURNING id`);
  return swept.length;
}
