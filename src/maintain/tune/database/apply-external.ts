import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sql, { raw } from 'sql-template-tag';
import { UserError } from '../../../errors/errors.ts';
import type { Queryable } from '../../../store/database.ts';
import { giveToFolderOwner } from '../../../store/folder-owner.ts';
import type { Assignment } from '../advice.ts';
import { tuneErrors } from '../errors.ts';
import { changesSince, fileProblem, type Outcome, quoted, reload, valuesOf, waitingOf } from './apply.ts';
import { patronictl } from './facts.ts';

/** Settings whose value is a list: one string would be one name with a comma in it. */
const lists = new Set(['shared_preload_libraries', 'session_preload_libraries', 'temp_tablespaces', 'search_path']);

/** For psql, and for whoever may: one statement each. */
export function alterSystem({ name, value }: Pick<Assignment, 'name' | 'value'>): string {
  const values = lists.has(name) ? value.split(',').map((one) => quoted(one.trim())) : [quoted(value)];
  return `ALTER SYSTEM SET ${name} = ${values.join(', ')};`;
}

/** Patroni writes the settings of all its members. */
export function patroniLines(clusterName: string, assignments: readonly Assignment[]): readonly string[] {
  const cluster = clusterName === '' ? 'CLUSTER' : clusterName;
  const shell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const settings = assignments.map(({ name, value }) => `-p ${shell(`${name}=${value}`)}`);
  return [
    `${patronictl} edit-config ${cluster} ${settings.join(' ')}`,
    `${patronictl} list ${cluster}   # "Pending restart": ${patronictl} restart --pending ${cluster}`,
  ];
}

const rollbackFile = (dataFolder: string): string => join(dataFolder, 'tune', 'rollback.sql');

/**
 * A server of its own, as a superuser: ALTER SYSTEM, after the way back is on the disk. Throws
 * `configurationRefused`: nothing has changed then.
 */
export async function applyExternal(
  database: Queryable,
  dataFolder: string,
  assignments: readonly Assignment[],
): Promise<Outcome> {
  const names = assignments.map(({ name }) => name);
  const before = await valuesOf(database, names);
  const back = await rollbackOf(database, names);
  writeRollback(dataFolder, back);
  try {
    for (const assignment of assignments) await database.query(sql`${raw(alterSystem(assignment))}`);
    await reload(database);
    const problem = await fileProblem(database, 'postgresql.auto.conf');
    if (problem !== undefined) throw new Error(problem);
  } catch (error) {
    await runRollback(database, back);
    rmSync(rollbackFile(dataFolder), { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(tuneErrors.configurationRefused, { reason }, error);
  }
  return {
    changes: await changesSince(database, before),
    waiting: await waitingOf(database, names),
    undone: undefined,
  };
}

/** Throws `nothingToUndo`. */
export async function undoExternal(database: Queryable, dataFolder: string): Promise<Outcome> {
  const file = rollbackFile(dataFolder);
  if (!existsSync(file)) throw new UserError(tuneErrors.nothingToUndo, { place: file });
  const statements = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('ALTER SYSTEM '));
  const names = statements.flatMap((line) => /^ALTER SYSTEM (?:RE)?SET (\w+)/.exec(line)?.[1] ?? []);
  const before = await valuesOf(database, names);
  await runRollback(database, statements);
  rmSync(file, { force: true });
  return {
    changes: await changesSince(database, before),
    waiting: await waitingOf(database, names),
    undone: undefined,
  };
}

async function runRollback(database: Queryable, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await database.query(sql`${raw(statement)}`);
  await reload(database);
}

/** What ALTER SYSTEM has set before, or nothing. */
async function rollbackOf(database: Queryable, names: readonly string[]): Promise<readonly string[]> {
  const rows = await database.query<{ name: string; setting: string }>(sql`
    SELECT DISTINCT ON (name) name, setting FROM pg_file_settings
    WHERE sourcefile LIKE '%postgresql.auto.conf' AND name = ANY(${names}) ORDER BY name, seqno DESC`);
  const set = new Map(rows.map(({ name, setting }) => [name, setting]));
  return names.map((name) => {
    const value = set.get(name);
    return value === undefined ? `ALTER SYSTEM RESET ${name};` : alterSystem({ name, value });
  });
}

function writeRollback(dataFolder: string, statements: readonly string[]): void {
  const file = rollbackFile(dataFolder);
  const folder = join(dataFolder, 'tune');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveToFolderOwner(folder);
  const head = '-- Takes back `reperio tune database --apply`; `--undo` runs it, psql can too.';
  writeFileSync(`${file}.part`, `${[head, ...statements, 'SELECT pg_reload_conf();'].join('\n')}\n`, { mode: 0o600 });
  giveToFolderOwner(`${file}.part`);
  renameSync(`${file}.part`, file);
}
