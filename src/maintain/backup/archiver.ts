import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { openToServer } from '../../store/closed-folder.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { continuousFile, setting } from '../../store/embedded/configuration.ts';
import { type Layout, layoutOf } from '../../store/embedded/layout.ts';
import { giveTo } from '../../store/folder-owner.ts';
import { backupErrors } from './errors.ts';
import type { Place } from './place.ts';
import { sendSpool, spoolFolder } from './spool.ts';

/** How the embedded server archives its log by itself. */

const script = fileURLToPath(new URL('archive-wal.sh', import.meta.url));

/**
 * After so long a file of the log that is not full is archived, when something was written: nodes
 * tell of themselves every few seconds, so of an idle library there is one each time. Seconds.
 */
const archiveTimeout = 60;
/** Milliseconds. */
const proofLimit = 60_000;

export interface EmbeddedOptions {
  readonly database: Database;
  readonly place: Place;
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}

export async function beginEmbedded(options: EmbeddedOptions): Promise<void> {
  const { database, place, settings } = options;
  const [row] = await database.query<{ system: string }>(
    sql`SELECT system_identifier::text AS system FROM pg_control_system()`,
  );
  const folder = join(logFolder(place, settings), row!.system);
  const layout = layoutOf(settings.dataFolder);
  const { uid, gid } = statSync(layout.data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const path of [dirname(folder), folder]) giveTo(path, uid, gid);
  // Root's server is another user.
  openToServer(dirname(dirname(folder)));
  const file = join(layout.folder, continuousFile);
  const before = await archiverState(database);
  try {
    await giveCommand(database, layout, folder);
    await untilArchived(database, folder, before.failed, layout.log, options.signal);
    if (place.folder === undefined) await sendSpool(settings, place);
  } catch (error) {
    rmSync(file, { force: true });
    await database.query(sql`SELECT pg_reload_conf()`);
    throw error;
  }
}

async function giveCommand(database: Queryable, layout: Layout, folder: string): Promise<void> {
  const file = join(layout.folder, continuousFile);
  const { uid, gid } = statSync(layout.data);
  const words = `${quotedWord(script)} "%p" "%f" ${quotedWord(folder)}`;
  writeFileSync(file, setting('archive_command', `sh ${words}`) + setting('archive_timeout', String(archiveTimeout)), {
    mode: 0o600,
  });
  giveTo(file, uid, gid);
  await database.query(sql`SELECT pg_reload_conf()`);
}

/** The command names the script of a release, which may be removed after the next one was begun. */
export async function renewCommand({
  database,
  place,
  settings,
}: Pick<EmbeddedOptions, 'database' | 'place' | 'settings'>): Promise<void> {
  const [row] = await database.query<{ command: string; system: string }>(sql`
    SELECT current_setting('archive_command') AS command, system_identifier::text AS system FROM pg_control_system()`);
  const { command, system } = row!;
  if (command.includes(` ${quotedWord(script)} `)) return;
  await giveCommand(database, layoutOf(settings.dataFolder), join(logFolder(place, settings), system));
}

/** Below which the server's files of the log are, in a folder for each system. */
function logFolder(place: Place, settings: Pick<Settings, 'dataFolder'>): string {
  return place.folder === undefined ? spoolFolder(settings) : join(place.folder, 'wal');
}

/**
 * For a command of the server, whatever is in a path: it is read by a shell, after the server has
 * replaced its %.
 */
export function quotedWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll('%', '%%')}'`;
}

export async function endEmbedded({
  database,
  settings,
}: Pick<EmbeddedOptions, 'database' | 'settings'>): Promise<void> {
  rmSync(join(layoutOf(settings.dataFolder).folder, continuousFile), { force: true });
  await database.query(sql`SELECT pg_reload_conf()`);
}

/** The name of a file of the log that is complete then. */
async function beginNextFile(database: Database): Promise<string> {
  // Something must have been written for the server to begin another file.
  const [row] = await database.query<{ name: string }>(sql`
    SELECT pg_walfile_name(pg_logical_emit_message(false, 'reperio', 'archived')) AS name`);
  await database.query(sql`SELECT pg_switch_wal()`);
  return row!.name;
}

async function untilArchived(
  database: Database,
  folder: string,
  failedBefore: number,
  log: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = performance.now() + proofLimit;
  let name = await beginNextFile(database);
  for (let looks = 1; ; looks++) {
    if (existsSync(join(folder, `${name}.gz`))) return;
    const { failed } = await archiverState(database);
    const fails = (reason: string): UserError => new UserError(backupErrors.archiveFailed, { folder, reason, log });
    if (failed > failedBefore) throw fails(`the server could not archive ${name}`);
    if (performance.now() > until) throw fails(`the server has not archived ${name}`);
    // Its archiver may have taken that file before it read the command, and let it go as it lets
    // all go while nothing is archived: the next one shows it.
    if (looks % 20 === 0) name = await beginNextFile(database);
    await sleep(100, undefined, signal === undefined ? {} : { signal });
  }
}

export interface ArchiverState {
  /** Does the server archive by our command? */
  readonly isOn: boolean;
  readonly failed: number;
  /** The file that could not be archived, if none was since. */
  readonly failing: string | null;
}

/** Does the server archive to this place? The setting `backup` may name another one meanwhile. */
export async function archivesTo(
  database: Queryable,
  place: Place,
  settings: Pick<Settings, 'dataFolder'>,
): Promise<boolean> {
  const [row] = await database.query<{ command: string }>(sql`SELECT current_setting('archive_command') AS command`);
  const folder = `${logFolder(place, settings)}/`;
  // As releases before this one wrote it, too.
  return [quotedWord(folder).slice(0, -1), `"${folder}`].some((word) => row!.command.includes(` ${word}`));
}

/** What the server says of its archiving. */
export async function archiverState(database: Queryable): Promise<ArchiverState> {
  const [row] = await database.query<ArchiverState>(sql`
    SELECT current_setting('archive_command') LIKE '%archive-wal.sh%' AS "isOn",
      failed_count AS failed,
      CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN last_failed_wal END AS failing
    FROM pg_stat_archiver`);
  return row!;
}

/**
 * Everything that was committed before is archived. What waits for nothing is at most as old as the
 * time after which a file that is not full is archived too.
 */
export async function untilOfServer(database: Queryable): Promise<Date> {
  const [row] = await database.query<{ until: Date }>(sql`
    SELECT CASE WHEN EXISTS (SELECT FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')
      THEN coalesce(last_archived_time, 'epoch')
      ELSE greatest(last_archived_time, clock_timestamp() - make_interval(secs => ${archiveTimeout})) END AS until
    FROM pg_stat_archiver`);
  return row!.until;
}
