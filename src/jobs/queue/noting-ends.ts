import sql, { type Sql } from 'sql-template-tag';
import { isAsked } from '../../store/events.ts';

/**
 * A statement that notes for webhooks which of the jobs of a query, with `id` and `state`, have
 * ended; not those that had `before`.
 */
export function notingEnds(changed: Sql, before = ''): Sql {
  return sql`
    INSERT INTO event (kind, ids, details)
    SELECT 'job', ARRAY[changed.id]::bigint[], jsonb_build_object('state', changed.state) FROM ${changed} AS changed
    WHERE changed.state IN ('done', 'failed', 'stopped') AND changed.state <> ${before} AND ${isAsked}`;
}
