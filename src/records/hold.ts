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

/** Its number. */
export async function holdRecord(database: Queryable, upload: HeldUpload): Promise<number> {
  const { id, mode, record, holding, reason, person, run } = upload;
  const [row] = await database.query<{ id: number }>(sql`
    INSERT INTO held (record_id, run_id, mode, reason, base_revision, seen_revision, conflicts, findings, marc, person, source)
    VALUES (${id === 0 ? null : id}, ${run ?? null}, ${mode}, ${holding.reason}, ${holding.base ?? null},
      (SELECT revision FROM record WHERE id = ${id}), ${[...holding.conflicts]}, ${[...(holding.findings ?? [])]}, ${encodeStored(record)},
      ${person ?? null}, ${reason})
    RETURNING id::float8 AS id`);
  await noteEvent(database, 'held', row!.id, { state: 'added', record: id, person: person ?? null });
  return row!.id;
}
