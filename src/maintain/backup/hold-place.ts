import { randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { type Lease, leaseHolder, takeLease } from '../../store/lease.ts';
import { migrationStatus } from '../../store/migrate.ts';
import { backupErrors } from './errors.ts';
import type { Place } from './place.ts';

/** What making a backup needs of a library. */
export interface BackupContext {
  readonly database: Database;
  readonly url: string;
  readonly place: Place;
  readonly signal?: AbortSignal | undefined;
}

/** The right to change what is in a place; nobody else of this library has it meanwhile. */
export interface HeldPlace {
  readonly library: string;
  readonly timeline: number;
  readonly schema: number;
  readonly lease: Lease;
}

/**
 * Takes the lease, sees to it that the place is this library's, and removes what killed processes
 * left. Throws `running`, `placeOther`, `placeAway`, `schemaNewer`.
 */
export async function holdPlace({ database, url, place }: BackupContext, label: string): Promise<HeldPlace> {
  const { there, here } = await migrationStatus(database);
  if (there > here) throw new UserError(backupErrors.schemaNewer, { there, here });
  const lease = await takeLease(url, 'backup', { label, wait: false });
  if (lease === undefined) throw new UserError(backupErrors.running, { holder: await leaseHolder(database, 'backup') });
  try {
    const { id, timeline } = await claimPlace(database, place);
    await place.sweep();
    return { library: id, timeline, schema: there, lease };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

interface LibraryRow {
  readonly id: string;
  readonly timeline: number;
}

/** Makes a place that nobody has used yet this library's. Throws as `requireOurs`. */
export async function claimPlace(database: Queryable, place: Place): Promise<LibraryRow> {
  const library = await libraryOf(database);
  const owner = await place.owner();
  // An empty mount point looks like a place that nobody has used yet.
  const isNew =
    owner === undefined &&
    (await database.query(sql`SELECT FROM backup_set WHERE place = ${place.name} LIMIT 1`)).length === 0;
  if (isNew) await place.claim(library.id);
  else await requireOurs(database, place);
  return library;
}

/** Throws `placeOther`, `placeAway`: nothing may be written there. */
export async function requireOurs(database: Queryable, place: Place): Promise<void> {
  const owner = await place.owner();
  if (owner === (await libraryOf(database)).id) return;
  if (owner !== undefined) throw new UserError(backupErrors.placeOther, { place: place.name, other: owner });
  throw new UserError(backupErrors.placeAway, {
    place: place.name,
    reason: 'it has none of the backups of this library',
  });
}

async function libraryOf(database: Queryable): Promise<LibraryRow> {
  const [library] = await database.query<LibraryRow>(sql`SELECT id, timeline FROM library`);
  return library!;
}

/** "2026-11-29T220041Z-ab12": names are in the order of time. */
export function newSetName(now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/:/g, '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}

/** Throws `noSpace`. */
export async function requireSpace(place: Place, needed: number): Promise<void> {
  const free = await place.free();
  if (free !== undefined && free < needed)
    throw new UserError(backupErrors.noSpace, {
      place: place.name,
      needed: Math.ceil(needed / 1e6),
      free: Math.floor(free / 1e6),
    });
}
