import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { type RowLocks, rowIsLocked, takeRowLock } from '../../store/row-locks.ts';
import type { Outcome } from '../task.ts';
import { type JobProgress, type JobState, leastPriority } from './job.ts';
import { notingEnds } from './noting-ends.ts';

/** A job that was begun, and which run of it this is. */
export interface Claimed {
  readonly id: number;
  readonly run: number;
  readonly kind: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly person: string | null;
  readonly checkpoint: unknown;
  readonly hours: string | null;
  readonly timeZone: string | null;
  /** Before this run. */
  readonly attempts: number;
}

/** A job that kills its process does so this often at most; one that fails is tried as often. */
export const mostAttempts = 3;

/**
 * Begins the next job that is due, of these kinds: the highest priority first, then the oldest. The
 * statement takes its lock, so nobody sees it running without one. `only`: this one and no other.
 * Undefined: there is none.
 */
export async function claimJob(
  { holder, query }: Pick<RowLocks, 'holder' | 'query'>,
  kinds: readonly string[],
  node: string,
  only?: number,
): Promise<Claimed | undefined> {
  // Rows that wait for their turn stay in the index of those that wait, so the search is for one
  // that need not.
  const [row] = await query<Claimed>(sql`
    UPDATE job SET state = 'running', run = run + 1, began = clock_timestamp(), ended = NULL, wish = NULL, progress = NULL,
      did = NULL, problem = NULL, acknowledged = NULL, gives_way = false, node = ${node}, holder = ${holder}
    WHERE id = (
      SELECT id FROM job AS next
      WHERE ${isReady(kinds)} AND (${only ?? null}::integer IS NULL OR id = ${only ?? null}) AND (on_node IS NULL OR on_node = ${node}) AND NOT EXISTS (SELECT FROM job AS other WHERE other.exclusive = next.exclusive AND other.state = 'running')
      ORDER BY priority DESC, id FOR UPDATE SKIP LOCKED LIMIT 1)
      AND ${takeRowLock(sql`id`)}
    RETURNING id, run, kind, name, arguments, person, checkpoint, hours, time_zone AS "timeZone", attempts`);
  return row;
}

/** A condition of \`job AS next\`: it is due, and waits for nothing but a place. */
function isReady(kinds: readonly string[]): Sql {
  return sql`next.state = 'waiting' AND next.not_before <= clock_timestamp() AND next.kind = ANY (${[...kinds]}) AND next.priority >= ${leastPriority}
    AND NOT EXISTS (SELECT FROM job AS before WHERE before.sequence = next.sequence AND before.id < next.id AND before.state <> 'done')`;
}

/**
 * Has one running job give way at its next safe point to one of a higher priority that waits: the
 * one that holds its exclusive name; or, when this node has no free place, the lowest of all. One
 * gives way at a time, since several nodes ask.
 */
export async function haveOneGiveWay(
  database: Queryable,
  kinds: readonly string[],
  node: string,
  isFull: boolean,
): Promise<void> {
  await database.query(sql`
    UPDATE job SET gives_way = true WHERE id = (
      SELECT low.id FROM job AS low JOIN job AS next ON next.priority > low.priority AND ${isReady(kinds)}
        AND (next.exclusive = low.exclusive
          OR ${isFull} AND (next.on_node IS NULL OR next.on_node = ${node} AND low.node = ${node})
            AND NOT EXISTS (SELECT FROM job AS other WHERE other.exclusive = next.exclusive AND other.state = 'running'))
      WHERE low.state = 'running' AND low.wish IS NULL
      ORDER BY low.priority, low.began DESC LIMIT 1)
    AND state = 'running' AND NOT gives_way AND NOT EXISTS (SELECT FROM job AS other WHERE other.state = 'running' AND other.gives_way)`);
}

/** What somebody wants of it, as it says how far it is; gone: it is not ours any more. */
export async function tellJob(
  database: Queryable,
  { id, run }: Pick<Claimed, 'id' | 'run'>,
  progress: JobProgress | undefined,
): Promise<'sleep' | 'stop' | 'gone' | 'priority' | undefined> {
  const isOurs = sql`id = ${id} AND run = ${run} AND state = 'running'`;
  const [row] = await database.query<{ wish: 'sleep' | 'stop' | null; gives_way: boolean }>(
    progress === undefined
      ? sql`SELECT wish, gives_way FROM job WHERE ${isOurs}`
      : sql`UPDATE job SET progress = ${JSON.stringify(progress)}::jsonb WHERE ${isOurs} RETURNING wish, gives_way`,
  );
  if (row === undefined) return 'gone';
  return row.wish ?? (row.gives_way ? 'priority' : undefined);
}

/** False: it is not ours any more. */
export async function keepCheckpoint(
  database: Queryable,
  { id, run }: Pick<Claimed, 'id' | 'run'>,
  checkpoint: unknown,
): Promise<boolean> {
  const rows = await database.query(sql`
    UPDATE job SET checkpoint = ${JSON.stringify(checkpoint)}::jsonb WHERE id = ${id} AND run = ${run} AND state = 'running' RETURNING id`);
  return rows.length > 0;
}

/** How a run ended. */
export type End =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly problem: string; readonly again: boolean }
  | { readonly kind: 'sleeping' }
  | { readonly kind: 'stopped' }
  /** Given back: another process may take it up. */
  | { readonly kind: 'waiting'; readonly due: Date };

const firstPause = 60;

/** Writes down how it ended; what is not ours any more is left as it is. */
export async function endJob(database: Queryable, { id, run, attempts }: Claimed, end: End): Promise<void> {
  const set = (): Sql => {
    if (end.kind === 'done')
      return sql`state = 'done', did = ${end.outcome.did}, problem = ${end.outcome.problem ?? null}, ended = clock_timestamp(), checkpoint = NULL, attempts = 0`;
    if (end.kind === 'waiting') return sql`state = 'waiting', not_before = ${end.due}`;
    if (end.kind === 'sleeping') return sql`state = 'sleeping'`;
    if (end.kind === 'stopped') return sql`state = 'stopped', ended = clock_timestamp()`;
    if (end.again && attempts + 1 < mostAttempts)
      return sql`state = 'waiting', attempts = attempts + 1, problem = ${end.problem},
        not_before = clock_timestamp() + make_interval(secs => ${firstPause * 2 ** attempts}::float8)`;
    return sql`state = 'failed', attempts = attempts + 1, problem = ${end.problem}, ended = clock_timestamp()`;
  };
  await database.query(sql`
    WITH ended AS (
      UPDATE job SET ${set()}, wish = NULL WHERE id = ${id} AND run = ${run} AND state = 'running' RETURNING id, state)
    ${notingEnds(sql`ended`)}`);
}

/**
 * Jobs whose process was killed wait again, so that another takes them up at once; those that were
 * to sleep or to stop do that, and one that has killed three processes fails.
 */
export async function takeBackLost(
  database: Queryable,
): Promise<readonly { readonly id: number; readonly kind: string; readonly state: JobState }[]> {
  const killed = 'The process that did it was killed three times: look into its log, and into that of the node.';
  return database.query(sql`
    WITH lost AS (UPDATE job SET attempts = attempts + 1, wish = NULL,
      state = CASE WHEN wish = 'stop' THEN 'stopped' WHEN wish = 'sleep' THEN 'sleeping'
        WHEN attempts + 1 >= ${mostAttempts} THEN 'failed' ELSE 'waiting' END,
      not_before = clock_timestamp(), problem = CASE WHEN wish IS NULL AND attempts + 1 >= ${mostAttempts} THEN ${killed} END,
      ended = CASE WHEN wish = 'stop' OR (wish IS NULL AND attempts + 1 >= ${mostAttempts}) THEN clock_timestamp() END
    WHERE state = 'running' AND NOT ${rowIsLocked(sql`job.id`, sql`job.holder`)}
    RETURNING id, kind, state), noted AS (${notingEnds(sql`lost`)})
    SELECT id, kind, state FROM lost`);
}
