import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { archiverState, archivesTo, beginEmbedded, endEmbedded, renewCommand, untilOfServer } from './archiver.ts';
import { backupErrors } from './errors.ts';
import { claimPlace, requireOurs } from './hold-place.ts';
import { type Manifest, readManifests } from './manifest.ts';
import type { Place } from './place.ts';
import { receiveLog } from './receive-log.ts';
import { sendSpool } from './spool.ts';
import { noteArchive, notedArchive } from './state.ts';

/**
 * Continuous archiving: the log of the database is in the place within about a minute. The embedded
 * server archives it by itself, to the place or, where that is no folder, to a spool from which a
 * task sends it. From any other server a task receives it.
 */
export interface ContinuousOptions {
  readonly database: Database;
  readonly url: string;
  readonly place: Place;
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}

/**
 * From now on the log is archived; of the embedded server that is proven with one file of it. What
 * is received from another server begins with a base, which is to follow. Throws `archiveFailed`,
 * `mayNotReplicate`, `placeOther`, `placeAway`; then all is as before.
 */
export async function beginArchiving(options: ContinuousOptions): Promise<void> {
  const { database, place, settings } = options;
  await claimPlace(database, place);
  if (settings.databaseUrl === undefined) await beginEmbedded(options);
  else await requireReplication(database);
}

export async function endArchiving(options: Pick<ContinuousOptions, 'database' | 'settings'>): Promise<void> {
  if (options.settings.databaseUrl === undefined) await endEmbedded(options);
}

/** May the role receive the log? */
export async function mayReplicate(database: Queryable): Promise<{ readonly role: string; readonly may: boolean }> {
  const [row] = await database.query<{ role: string; may: boolean }>(
    sql`SELECT rolname AS role, rolsuper OR rolreplication AS may FROM pg_roles WHERE rolname = current_user`,
  );
  return row!;
}

async function requireReplication(database: Queryable): Promise<void> {
  const { role, may } = await mayReplicate(database);
  if (!may) throw new UserError(backupErrors.mayNotReplicate, { role });
}

/** Whether the log is archived now, and what is wrong with that. */
export async function archivingOf({
  database,
  place,
  settings,
}: Pick<ContinuousOptions, 'place' | 'settings'> & { readonly database: Queryable }): Promise<{
  readonly isOn: boolean;
  readonly problem: string | undefined;
}> {
  const noted = await notedArchive(database, place.name);
  const known = noted?.problem ?? undefined;
  if (settings.databaseUrl !== undefined) return { isOn: noted !== undefined, problem: known };
  const { isOn, failing } = await archiverState(database);
  if (isOn && !(await archivesTo(database, place, settings))) return { isOn, problem: elsewhere };
  const problem = failing === null ? (place.folder === undefined ? known : undefined) : serverFails(failing);
  return { isOn, problem };
}

const elsewhere =
  'the log goes to another place than the setting `backup` names, until `reperio backup continuous on` is run again';

const serverFails = (file: string): string => `the server cannot archive ${file}, and keeps its log meanwhile`;

export interface Archived {
  readonly until: Date;
  readonly problem: string | undefined;
}

/**
 * Brings what there is of the log to the place, and writes down how far it is archived. Undefined:
 * it is not. Throws `placeOther`, `placeAway`, which it has written down.
 */
export async function keepArchiving(options: ContinuousOptions): Promise<Archived | undefined> {
  const { database, place, settings } = options;
  if (!(await archivingOf(options)).isOn) return undefined;
  try {
    await requireOurs(database, place);
  } catch (error) {
    if (error instanceof UserError) {
      const before = await notedArchive(database, place.name);
      await noteArchive(database, place.name, before?.until ?? new Date(0), error.message.replace(/\.$/, ''));
    }
    throw error;
  }
  const archived = settings.databaseUrl === undefined ? await ofEmbedded(options) : await ofOther(options);
  await noteArchive(database, place.name, archived.until, archived.problem);
  return archived;
}

async function ofEmbedded(options: ContinuousOptions): Promise<Archived> {
  const { database, place, settings } = options;
  const { failing } = await archiverState(database);
  if (!(await archivesTo(database, place, settings))) {
    const before = await notedArchive(database, place.name);
    return { until: before?.until ?? new Date(0), problem: elsewhere };
  }
  await renewCommand(options);
  // Before anything is sent: what comes meanwhile may not be there.
  const until = await untilOfServer(database);
  const problem = failing === null ? undefined : serverFails(failing);
  if (place.folder !== undefined) return { until, problem };
  try {
    await sendSpool(settings, place);
    return { until, problem };
  } catch (error) {
    const before = await notedArchive(database, place.name);
    return { until: before?.until ?? new Date(0), problem: (error as Error).message.replace(/\.$/, '') };
  }
}

async function ofOther(options: ContinuousOptions): Promise<Archived> {
  const { database, place } = options;
  const before = await notedArchive(database, place.name);
  const base = newestBase(await readManifests(place));
  try {
    if (base === undefined) throw new UserError(backupErrors.logGone, { reason: 'there is no base in the place' });
    return { until: await receiveLog({ ...options, base }), problem: undefined };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { until: before?.until ?? new Date(0), problem: (error as Error).message.replace(/\.$/, '') };
  }
}

function newestBase(manifests: readonly Manifest[]): Manifest['base'] {
  return manifests.find(({ base }) => base !== undefined && !base.embedded)?.base;
}

/** Is it only a new base that helps? */
export function needsBase({ problem }: Archived): boolean {
  return problem?.startsWith(backupErrors.logGone.message.split('{')[0]!) === true;
}
