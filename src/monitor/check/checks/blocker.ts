import sql from 'sql-template-tag';
import type { Queryable } from '../../../store/database.ts';
import { counted } from './parts.ts';

/** A transaction that others wait for, and that waits for none itself. */
export interface Blocker {
  readonly pid: number;
  /** Of the program; '' where this user may not know it. */
  readonly name: string;
  /** Statements that wait for it, directly or behind others. */
  readonly waiting: number;
}

/**
 * Of how many statements it is asked for whom they wait: each question stops locks for a moment.
 */
const most = 20;

/** Who keeps statements waiting, of several the one that keeps most; undefined: nobody. */
export async function findBlocker(database: Queryable): Promise<Blocker | undefined> {
  const [row] = await database.query<Blocker>(
    sql`WITH RECURSIVE waits AS MATERIALIZED (
          SELECT waiting.pid, unnest(pg_blocking_pids(waiting.pid)) AS holder
          FROM (SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' ORDER BY query_start LIMIT ${most}) AS waiting),
        chains AS (SELECT pid, holder FROM waits
          UNION SELECT chains.pid, waits.holder FROM chains JOIN waits ON waits.pid = chains.holder)
        SELECT holder AS pid, coalesce(max(application_name), '') AS name, count(DISTINCT chains.pid)::int AS waiting
        FROM chains LEFT JOIN pg_stat_activity AS activity ON activity.pid = holder
        WHERE holder > 0 AND holder NOT IN (SELECT pid FROM waits)
        GROUP BY holder ORDER BY waiting DESC, holder LIMIT 1`,
    { patience: 0 },
  );
  return row;
}

export function endTransaction(pid: number): string {
  return `psql "$(reperio db url)" -c 'SELECT pg_terminate_backend(${pid})'`;
}

/**
 * For what is not well and may only wait: who keeps the database waiting, as the rest of a finding.
 * Nothing is said where nobody does, or where the database does not say.
 */
export async function blamed(
  database: () => Queryable,
): Promise<{ readonly said: string; readonly fix: string } | undefined> {
  const found = await (async () => findBlocker(database()))().catch(() => undefined);
  if (found === undefined) return undefined;
  const { pid, name, waiting } = found;
  return {
    said: `process ${pid} of the database${name === '' ? '' : ` ("${name}")`} keeps ${counted(waiting, 'statement', 'statements')} waiting`,
    fix: endTransaction(pid),
  };
}
