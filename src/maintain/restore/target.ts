import { existsSync, renameSync, rmSync } from 'node:fs';
import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { applicationName, applicationPrefix, type Database } from '../../store/database.ts';
import { runningServer } from '../../store/embedded/cluster.ts';
import { type Layout, layoutOf } from '../../store/embedded/layout.ts';
import { dropEmptyData } from '../../store/embedded/made.ts';
import { joinServer } from '../../store/embedded/share.ts';
import { tryFileLock } from '../../store/file-lock.ts';
import { openStore } from '../../store/open.ts';
import { unfinishedInDatabase, unfinishedRestore } from '../../store/unfinished-restore.ts';
import { truth } from '../backup/tables.ts';
import { restoreErrors } from './errors.ts';
import { markedAside, markUnfinished, unmark } from './marker.ts';

export interface TargetOptions {
  readonly settings: Settings;
  /** A library of the embedded server that is there is moved aside. */
  readonly replace: boolean;
  /** The backup whose restore this is, once it has begun; undefined: it only looks. */
  readonly set?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sees to it that there is no library, or none but one whose restore was killed, and marks the data
 * folder. Resolves to where one was moved that was there. Throws `notEmpty`, `used`, `notMoved`.
 * Nobody serves this data folder meanwhile.
 */
export async function makeEmpty({ settings, replace, set, signal }: TargetOptions): Promise<string | undefined> {
  const { dataFolder } = settings;
  const mark = (aside?: string, isMoved = true): string | undefined => {
    if (set !== undefined) markUnfinished(dataFolder, set, aside === undefined ? undefined : { aside, isMoved });
    return aside;
  };
  if (settings.databaseUrl !== undefined) {
    const store = await openStore(settings, { schema: 'any', unfinished: true, signal });
    try {
      await requireEmpty(store.database, settings.databaseUrl);
      return mark();
    } finally {
      await store.release();
    }
  }
  const layout = layoutOf(settings.dataFolder);
  dropEmptyData(layout);
  const marked = markedAside(dataFolder);
  const before = marked !== undefined && existsSync(marked.aside) ? marked.aside : undefined;
  // Who was killed before the library was moved aside has left it where it was.
  if (marked?.isMoved === false && before === undefined) unmark(dataFolder);
  const isBegun = unfinishedRestore(dataFolder) !== undefined;
  if (!existsSync(layout.data)) return mark(isBegun ? before : undefined);
  if (isBegun) {
    // Its server may still run, without anybody who uses it.
    await joinServer(layout, { signal }).then(
      (server) => server.release(),
      () => undefined,
    );
    requireUnused(layout);
    rmSync(layout.data, { recursive: true, force: true, maxRetries: 3 });
    return mark(before);
  }
  if (!replace)
    throw new UserError(restoreErrors.notEmpty, {
      where: settings.dataFolder,
      instead:
        'Restore it elsewhere with --into FOLDER, or with --yes in its place: the library that is there is moved aside, and kept.',
    });
  requireUnused(layout);
  const aside = `${layout.folder}.before-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`;
  mark(aside, false);
  try {
    renameSync(layout.folder, aside);
  } catch (error) {
    // Else nothing would open the library that is there, whole.
    if (set !== undefined) unmark(dataFolder);
    throw new UserError(restoreErrors.notMoved, { folder: layout.folder, reason: (error as Error).message }, error);
  }
  return mark(aside);
}

/** After a restore that failed: the library that was moved aside is in its place again. */
export async function putBack({ dataFolder }: Settings, aside: string): Promise<void> {
  const layout = layoutOf(dataFolder);
  if (runningServer(layout) !== undefined) await joinServer(layout).then((server) => server.release());
  rmSync(layout.folder, { recursive: true, force: true, maxRetries: 3 });
  renameSync(aside, layout.folder);
  unmark(dataFolder);
}

function requireUnused(layout: Layout): void {
  const alone = tryFileLock(layout.users, 'exclusive');
  const running = runningServer(layout);
  alone?.release();
  if (alone === undefined || running !== undefined)
    throw new UserError(restoreErrors.used, { where: layout.folder, who: 'other commands' });
}

async function requireEmpty(database: Database, url: string): Promise<void> {
  const where = url.replace(/^.*@/, '').replace(/\?.*$/, '');
  const found = await database.query<{ name: string }>(sql`
    SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`);
  const names = found.map(({ name }) => name);
  const instead =
    'Create another database and name it with DATABASE_URL, or restore into an embedded one with --into FOLDER.';
  if (names.some((name) => name !== 'schema_migration' && !truth.includes(name)) && !names.includes('schema_migration'))
    throw new UserError(restoreErrors.notEmpty, { where, instead });
  if (!names.includes('record')) return;
  const others = await database.query<{ name: string }>(sql`
    SELECT application_name AS name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE ${`${applicationPrefix}%`} AND application_name NOT LIKE ${`${applicationName}%`}`);
  if (others[0] !== undefined) throw new UserError(restoreErrors.used, { where, who: others[0].name });
  if (names.includes('restored') && (await unfinishedInDatabase(database)) !== undefined) return;
  const [used] = await database.query<{ used: boolean }>(sql`
    SELECT EXISTS (SELECT FROM record) OR EXISTS (SELECT FROM revision) OR EXISTS (SELECT FROM person)
      OR EXISTS (SELECT FROM site_version) AS used`);
  if (used!.used) throw new UserError(restoreErrors.notEmpty, { where, instead });
}
