import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import { throttleWindow } from './throttle.ts';

/** Deletes what has expired: sessions, one-time links, attempts, and people who never followed the link in their letter. Safe on all nodes at once. */
export async function sweepAccess(database: Queryable): Promise<void> {
  await database.query(sql`DELETE FROM session WHERE last_seen + lifetime * interval '1 second' < now()`);
  await database.query(sql`DELETE FROM one_time WHERE expires < now()`);
  await database.query(sql`DELETE FROM throttle WHERE since < now() - ${throttleWindow} * interval '1 millisecond'`);
  await database.query(sql`
    DELETE FROM person p WHERE state = 'unconfirmed' AND created < now() - interval '10 days'
      AND NOT EXISTS (SELECT FROM one_time o WHERE o.person_id = p.id)
  `);
}
