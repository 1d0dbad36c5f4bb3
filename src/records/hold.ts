import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { MarcRecord } from '../marc/record.ts';
import { encodeStored } from '../marc/stored.ts';
import type { Queryable } from '../store/database.ts';
import { noteEvent } from '../store/events.ts';
import type { WriteMode } from './modes.ts';
import type { Holding } from './next-version.ts';

/** What waits for a person instead of being written. */
export interface HeldUpload {
  /** 0: no record of the library. */
  readonly id: number;
  readonly mode: WriteMode;
  readonly record: MarcRecord;
  readonly holding: Holding;
  /** What brought it, and who. */
  readonly reason: string;
  readonly person: string | undefined;
  /** Its row of load_run. */
  readonly run?: number | undefined;
}

/** Its number, or that of the same that waits already: nobody has to decide twice. */
export async function holdRecord(database: Queryable, upload: HeldUpload): Promise<number> {
  const marc = encodeStored(upload.record);
  const waiting = await alreadyWaiting(database, [{ upload, marc }]);
  return waiting.get(keyOf({ upload, marc })) ?? (await addHeld(database, upload, marc));
}

/** Records of a batch: looked up together, since others may wait by the thousand. */
export async function holdRecords(database: Queryable, uploads: readonly HeldUpload[]): Promise<void> {
  for (let from = 0; from < uploads.length; from += atOnce) {
    const some = uploads.slice(from, from + atOnce).map((upload) => ({ upload, marc: encodeStored(upload.record) }));
    const waiting = await alreadyWaiting(database, some);
    for (const one of some) {
      const key = keyOf(one);
      // The same may also come twice in a batch.
      if (!waiting.has(key)) waiting.set(key, await addHeld(database, one.upload, one.marc));
    }
  }
}

/** Texts in memory at once. */
const atOnce = 1_000;

interface Prepared {
  readonly upload: HeldUpload;
  readonly marc: string;
}

/**
 * The same: for the same record, by the same person, for the same reason and with the same content.
 * What others have changed since may be another conflict.
 */
function keyOf({ upload: { id, mode, holding, person, reason: source }, marc }: Prepared): string {
  const { reason, base = null, conflicts } = holding;
  return JSON.stringify([id, mode, reason, base, conflicts, person ?? null, changeSetIn(source), md5(marc)]);
}

/** The numbers of those that wait, by their keys. */
async function alreadyWaiting(database: Queryable, some: readonly Prepared[]): Promise<Map<string, number>> {
  const rows = await database.query<{
    readonly number: number;
    readonly id: number;
    readonly mode: string;
    readonly reason: string;
    readonly base: number | null;
    readonly conflicts: readonly string[];
    readonly person: string | null;
    readonly source: string;
    readonly md5: string;
  }>(sql`
    SELECT held.id::float8 AS number, coalesce(record_id, 0) AS id, mode, reason, base_revision AS base, conflicts, person, source,
      md5(marc) AS md5
    FROM held WHERE state = 'waiting' AND coalesce(record_id, 0) = ANY (${some.map(({ upload }) => upload.id)}::integer[])
      AND octet_length(marc) = ANY (${[...new Set(some.map(({ marc }) => Buffer.byteLength(marc)))]}::integer[])
    ORDER BY held.id DESC`);
  return new Map(
    rows.map(({ number, id, mode, reason, base, conflicts, person, source, md5: digest }) => [
      JSON.stringify([id, mode, reason, base, conflicts, person, changeSetIn(source), digest]),
      number,
    ]),
  );
}

/** A change set counts what waits of it, and takes that back with the rest. */
function changeSetIn(source: string): string {
  return /change set \d+$/.exec(source)?.[0] ?? '';
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

async function addHeld(database: Queryable, upload: HeldUpload, marc: string): Promise<number> {
  const { id, mode, holding, reason, person, run } = upload;
  const [row] = await database.query<{ id: number }>(sql`
    INSERT INTO held (record_id, run_id, mode, reason, base_revision, seen_revision, conflicts, findings, marc, person, source)
    VALUES (${id === 0 ? null : id}, ${run ?? null}, ${mode}, ${holding.reason}, ${holding.base ?? null},
      (SELECT revision FROM record WHERE id = ${id}), ${[...holding.conflicts]}, ${[...(holding.findings ?? [])]}, ${marc},
      ${person ?? null}, ${reason})
    RETURNING id::float8 AS id`);
  await noteEvent(database, 'held', row!.id, { state: 'added', record: id, person: person ?? null });
  return row!.id;
}
