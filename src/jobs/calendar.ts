import sql, { join, type Sql } from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import { type LeaseName, leaseIsHeld } from '../store/lease.ts';
import { nextTime } from './clock-times.ts';
import type { Lane, Outcome, Task } from './task.ts';
import type { TaskState } from './task-state.ts';

/** Who does tasks of a lane holds its lease. */
export const laneLeases: Readonly<Record<Lane, LeaseName>> = { quick: 'tasks', long: 'long-tasks' };

/** Who does it: the name of the node, and the holder of its lease. */
export interface Doer {
  readonly node: string;
  readonly holder: number;
}

/** A task that was begun, and which run of it this is. */
export interface Begun {
  readonly name: string;
  readonly run: number;
  /** Before it. */
  readonly failures: number;
}

/**
 * Enters tasks that are new, and brings those forward that have become more frequent. Others stay:
 * nodes of another version may know them.
 */
export async function enterTasks(database: Queryable, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  await enterMissing(database, tasks);
  await database.query(sql`
    UPDATE task SET due = now() + make_interval(secs => pause) FROM (VALUES ${rowsOf(tasks)}) AS given (given_name, pause, waits)
    WHERE name = given_name AND due > now() + make_interval(secs => pause)`);
}

/**
 * Enters tasks that are new, or whose row was removed: `reperio gc` takes a task for one of an
 * earlier release when it was due three months ago, as after a library was switched off so long.
 */
export async function enterMissing(database: Queryable, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  // What has its time of day waits for it; all else is done at once.
  await database.query(sql`
    INSERT INTO task AS t (name, due)
    SELECT name, CASE WHEN waits THEN now() + make_interval(secs => pause) ELSE now() END
    FROM (VALUES ${rowsOf(tasks)}) AS given (name, pause, waits) ORDER BY name
    ON CONFLICT (name) DO NOTHING`);
}

function rowsOf(tasks: readonly Task[]): Sql {
  const now = new Date();
  const row = (task: Task): Sql =>
    sql`(${task.name}, ${pauseAfter(task, now)}::float8, ${task.at !== undefined}::boolean)`;
  return join(tasks.map(row));
}

/**
 * Of these the ones that should have been begun `late` ms ago or earlier, the oldest first. One
 * statement, by primary keys.
 */
export async function dueTasks(
  database: Queryable,
  names: readonly string[],
  late: number,
): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    SELECT name FROM task WHERE name = ANY (${[...names]}) AND due <= now() - make_interval(secs => ${late / 1000}) ORDER BY due, name`);
  return rows.map(({ name }) => name);
}

/** Seconds until it is due again when it has ended now. */
function pauseAfter({ every, at }: Pick<Task, 'every' | 'at'>, now: Date): number {
  return (at === undefined ? every : nextTime(at, now).getTime() - now.getTime()) / 1000;
}

const firstPause = 60;
const longestPause = 3_600;

/**
 * Writes down that it is begun, and when it will be tried again should nothing more be heard:
 * whatever kills the process, a task that kills does so once in a minute, then in two, then in
 * four. Undefined: its row was removed meanwhile.
 */
export async function beginTask(database: Queryable, name: string, { node, holder }: Doer): Promise<Begun | undefined> {
  const [row] = await database.query<{ runs: number; failures: number }>(sql`
    UPDATE task SET runs = runs + 1, began = now(), node = ${node}, holder = ${holder}, failures = failures + 1, progress = NULL, stop_asked = NULL,
      due = now() + make_interval(secs => least(${longestPause}, ${firstPause} * power(2, least(failures, 20))))
    WHERE name = ${name} RETURNING runs, failures`);
  return row && { name, run: row.runs, failures: row.failures - 1 };
}

export async function endTask(
  database: Queryable,
  { name, run }: Begun,
  task: Pick<Task, 'every' | 'at'>,
  outcome: Outcome,
): Promise<void> {
  const pause = pauseAfter(task, new Date());
  await database.query(sql`
    UPDATE task SET ended = now(), succeeded = now(), took = ${ms(sql`now() - began`)}, failures = 0,
      did = ${outcome.did}, problem = ${outcome.problem ?? null}, due = now() + make_interval(secs => ${pause})
    WHERE name = ${name} AND runs = ${run}`);
}

/**
 * Writes down how far it is; undefined leaves that as it was. Resolves to whether somebody asks for
 * its end.
 */
export async function tellProgress(
  database: Queryable,
  { name, run }: Begun,
  progress: string | undefined,
): Promise<boolean> {
  const [row] = await database.query<{ stopping: boolean }>(
    progress === undefined
      ? sql`SELECT stop_asked IS NOT NULL AS stopping FROM task WHERE name = ${name} AND runs = ${run}`
      : sql`UPDATE task SET progress = ${progress} WHERE name = ${name} AND runs = ${run}
            RETURNING stop_asked IS NOT NULL AS stopping`,
  );
  return row?.stopping ?? false;
}

/** Asks for the end of a task that is running. */
export async function askToStop(database: Queryable, name: string): Promise<void> {
  await database.query(sql`UPDATE task SET stop_asked = coalesce(stop_asked, now()) WHERE name = ${name}`);
}

/** It stays due when `beginTask` said. */
export async function failTask(database: Queryable, { name, run }: Begun, problem: string): Promise<void> {
  await database.query(sql`
    UPDATE task SET ended = now(), problem = ${problem} WHERE name = ${name} AND runs = ${run}`);
}

/** It was given up by us, through no fault of its own: others may have it at once. */
export async function giveTaskBack(database: Queryable, { name, run, failures }: Begun): Promise<void> {
  await database.query(sql`
    UPDATE task SET ended = now(), failures = ${failures}, due = now() WHERE name = ${name} AND runs = ${run}`);
}

interface StateRow extends TaskState {
  /** It was begun, and nothing was heard of its end. */
  readonly isOpen: boolean;
}

/** By name. One statement. */
export async function taskStates(database: Queryable): Promise<readonly TaskState[]> {
  const holders = Object.values(laneLeases).map((lease) => leaseIsHeld(lease, sql`holder`));
  const rows = await database.query<StateRow>(sql`
    SELECT name, node, did, failures, problem, took, is_open AS "isOpen", progress, stop_asked IS NOT NULL AS stopping,
      ${ms(sql`due - now()`)} AS due, ${ms(sql`now() - succeeded`)} AS succeeded,
      CASE WHEN is_open AND (${join(holders, ' OR ')}) THEN ${ms(sql`now() - began`)} END AS running
    FROM (SELECT *, began IS NOT NULL AND began > coalesce(ended, '-infinity') AS is_open FROM task) AS t ORDER BY name`);
  return rows.map(({ isOpen, ...found }) => {
    const row = found.running === null ? { ...found, progress: null, stopping: false } : found;
    const deaths = row.failures - (row.running === null ? 0 : 1);
    const killed =
      isOpen && deaths > 0
        ? `The process that ran it was stopped before the end${deaths > 1 ? ` ${deaths} times` : ''}.`
        : null;
    return { ...row, problem: row.problem ?? killed };
  });
}

function ms(interval: Sql): Sql {
  return sql`(extract(epoch FROM ${interval}) * 1000)::float8`;
}
