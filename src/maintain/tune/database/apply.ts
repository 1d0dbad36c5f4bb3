import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { UserError } from '../../../errors/errors.ts';
import type { Queryable } from '../../../store/database.ts';
import { type Layout, layoutOf } from '../../../store/embedded/layout.ts';
import { restartServer } from '../../../store/embedded/share.ts';
import {
  forgetRefusal,
  problemOfTuned,
  readTuned,
  refusalOfTuned,
  tunedFiles,
  undoTuned,
  writeTuned,
} from '../../../store/embedded/tuned.ts';
import type { Assignment } from '../advice.ts';
import { tuneErrors } from '../errors.ts';

/** What a change of the server's settings came to. */
export interface Outcome {
  readonly changes: readonly ParameterChange[];
  /** Names that wait for a restart. */
  readonly waiting: readonly string[];
  /** The server did not start with them, and runs with the previous ones. */
  readonly undone: UserError | undefined;
}

export interface ParameterChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The embedded server. Checked before it counts; taken back when the server does not start with it.
 * Throws `configurationRefused`: nothing has changed then.
 */
export async function applyEmbedded(
  database: Queryable,
  dataFolder: string,
  assignments: readonly Assignment[],
  restart: boolean,
): Promise<Outcome> {
  const layout = layoutOf(dataFolder);
  const text = joinedLines(readTuned(layout), assignments);
  const problem = problemOfTuned(layout, text);
  if (problem !== undefined) throw new UserError(tuneErrors.configurationRefused, { reason: problem });
  const names = assignments.map(({ name }) => name);
  const before = await valuesOf(database, names);
  writeTuned(layout, text);
  await reload(database);
  const refused = await fileProblem(database, tunedFiles(layout).tuned);
  if (refused !== undefined) {
    undoTuned(layout);
    await reload(database);
    throw new UserError(tuneErrors.configurationRefused, { reason: refused });
  }
  return finish(database, layout, before, restart);
}

/** For what waits in the files since an earlier change. */
export async function restartEmbedded(
  database: Queryable,
  dataFolder: string,
  names: readonly string[],
): Promise<Outcome> {
  return finish(database, layoutOf(dataFolder), await valuesOf(database, names), true);
}

/** Throws `nothingToUndo`. */
export async function undoEmbedded(database: Queryable, dataFolder: string, restart: boolean): Promise<Outcome> {
  const layout = layoutOf(dataFolder);
  const names = namesIn(readTuned(layout));
  const before = await valuesOf(database, names);
  if (!undoTuned(layout)) throw new UserError(tuneErrors.nothingToUndo, { place: tunedFiles(layout).previous });
  await reload(database);
  return finish(database, layout, before, restart);
}

async function finish(
  database: Queryable,
  layout: Layout,
  before: ReadonlyMap<string, string>,
  restart: boolean,
): Promise<Outcome> {
  // Earlier changes may wait as well.
  const names = [...new Set([...before.keys(), ...namesIn(readTuned(layout))])];
  let waiting = await waitingOf(database, names);
  let undone: UserError | undefined;
  if (waiting.length > 0 && restart) {
    forgetRefusal(layout);
    await restartServer(layout);
    const reason = refusalOfTuned(layout);
    if (reason !== undefined)
      undone = new UserError(tuneErrors.configurationUndone, {
        reason: reason.replace(/\.$/, ''),
        file: tunedFiles(layout).refused,
        log: layout.log,
      });
    waiting = await waitingOf(database, names);
  }
  return { changes: await changesSince(database, before), waiting, undone };
}

/** Lines for tuned.conf: those of before, but for names that are set again. */
export function joinedLines(before: string, assignments: readonly Assignment[]): string {
  const names = new Set(assignments.map(({ name }) => name));
  const kept: string[] = [];
  let comments: string[] = [];
  for (const line of before.split('\n')) {
    const name = nameIn(line);
    if (name === undefined) {
      if (line !== '' && line !== head) comments.push(line);
      continue;
    }
    if (!names.has(name)) kept.push(...comments, line);
    comments = [];
  }
  const added = assignments.flatMap(({ name, value, why }) => [`# ${why}`, `${name} = ${quoted(value)}`]);
  return `${[head, ...kept, ...added].join('\n')}\n`;
}

const head =
  '# Made by `reperio tune database --apply`, and read before postgresql.local.conf, which is for your own settings.';

function nameIn(line: string): string | undefined {
  return /^\s*(\w+)\s*=/.exec(line)?.[1];
}

function namesIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => nameIn(line) ?? []);
}

export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Waits until the server has read its files again. */
export async function reload(database: Queryable): Promise<void> {
  const loaded = async (): Promise<string> => {
    const [row] = await database.query<{ at: string }>(sql`SELECT pg_conf_load_time()::text AS at`);
    return row?.at ?? '';
  };
  const before = await loaded();
  await database.query(sql`SELECT pg_reload_conf()`);
  for (const end = performance.now() + 10_000; performance.now() < end && (await loaded()) === before; )
    await sleep(20);
}

/** An error in the lines of a file that has another reason than a restart that is to come. */
export async function fileProblem(database: Queryable, file: string): Promise<string | undefined> {
  const [found] = await database.query<{ name: string; error: string }>(sql`
    SELECT f.name, f.error FROM pg_file_settings f LEFT JOIN pg_settings s ON s.name = lower(f.name)
    WHERE f.error IS NOT NULL AND f.sourcefile LIKE '%' || ${file} AND s.pending_restart IS NOT true`);
  return found && `${found.name} ${found.error}`;
}

export async function valuesOf(database: Queryable, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ name: string; text: string }>(sql`
    SELECT name, current_setting(name) AS text FROM pg_settings WHERE name = ANY(${names})`);
  return new Map(rows.map(({ name, text }) => [name, text]));
}

export async function waitingOf(database: Queryable, names: readonly string[]): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    SELECT name FROM pg_settings WHERE pending_restart AND name = ANY(${names}) ORDER BY name`);
  return rows.map(({ name }) => name);
}

/** On a connection of the pool, which hears of a reload a moment later. */
export async function changesSince(
  database: Queryable,
  before: ReadonlyMap<string, string>,
): Promise<readonly ParameterChange[]> {
  const after = await valuesOf(database, [...before.keys()]);
  return [...before].map(([name, text]) => ({ name, before: text, after: after.get(name) ?? 'unknown' }));
}
