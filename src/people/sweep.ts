import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import { throttleWindow } from './throttle.ts';

/**
 * Deletes what has expired: sessions, one-time links, attempts, and people who never followed the
 * link in their e-mail, ten days after they registered; returns how many rows went. A link that was
 * asked for again does not make it later: names that are only reserved get no such link, and both
 * must go at the same time. Safe on all nodes at once.
 */
export async function sweepAccess(database: Queryable): Promise<number> {
  const swept = await database.query(sql`
    WITH sessions AS (DELETE FROM session WHERE last_seen + lifetime * interval '1 second' < now() RETURNING 1),
      links AS (DELETE FROM one_time WHERE expires < now() RETURNING 1),
      attempts AS (DELETE FROM throttle WHERE since < now() - ${throttleWindow} * interval '1 millisecond' RETURNING 1)
    SELECT FROM sessions UNION ALL SELECT FROM links UNION ALL SELECT FROM attempts`);
  // After the others: what they delete may be of these people.
  const people = await database.query(
    sql`DELETE FROM person WHERE state = 'unconfirmed' AND created < now() - interval '10 days' RETURNING id`,
  );
  return swept.length + people.length;
}
