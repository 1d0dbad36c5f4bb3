import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import type { WriteMode } from './modes.ts';
import type { UploadCounts, UploadedRecord } from './upload.ts';

/** By which way an upload came. */
export const uploadWays = ['api', 'robot', 'web', 'folder', 'terminal'] as const;
export type UploadWay = (typeof uploadWays)[number];

/** What somebody sent: one request, file or paste. */
export interface Upload {
  readonly id: number;
  readonly at: Date;
  /** Undefined: it is still being done. */
  readonly ended: Date | undefined;
  readonly person: string | undefined;
  readonly way: UploadWay;
  readonly name: string;
  readonly mode: WriteMode;
  readonly counts: UploadCounts;
  /** Up to which record it is written, where a job does that one by one. */
  readonly position: number;
  /** Undefined: it was small, and done at once. */
  readonly job: number | undefined;
  readonly callback: string | undefined;
  readonly nonce: string | undefined;
  /** It is told by a form, not by JSON. */
  readonly callbackForm: boolean;
  /** Nothing is written: only what would happen was asked. */
  readonly dryRun: boolean;
  /** When whoever wanted to was told of its end. */
  readonly told: Date | undefined;
  readonly callbackProblem: string | undefined;
}

export interface NewUpload extends Pick<Upload, 'person' | 'way' | 'name' | 'mode'> {
  readonly callback?: string | undefined;
  readonly nonce?: string | undefined;
  readonly callbackForm?: boolean;
  readonly dryRun?: boolean;
}

/** Of one upload; what was refused or waits is kept in any case. */
export const mostKept = 10_000;

const longestName = 1_000;

/** Its number. */
export async function beginUpload(database: Queryable, upload: NewUpload): Promise<number> {
  const { person, way, name, mode, callback, nonce, callbackForm = false, dryRun = false } = upload;
  const [row] = await database.query<{ id: number }>(sql`
    INSERT INTO upload (person, way, name, mode, callback, nonce, callback_form, dry_run)
    VALUES (${person ?? null}, ${way}, ${name.slice(0, longestName)}, ${mode}, ${callback ?? null},
      ${nonce ?? null}, ${callbackForm}, ${dryRun})
    RETURNING id::float8 AS id`);
  return row!.id;
}

export async function setUploadJob(database: Queryable, id: number, job: number): Promise<void> {
  await database.query(sql`UPDATE upload SET job_id = ${job} WHERE id = ${id}`);
}

/** Those that are noted already stay as they are: a job that is taken up again says them again. */
export async function noteRecords(database: Queryable, id: number, records: readonly UploadedRecord[]): Promise<void> {
  const kept = records.filter(
    ({ position, outcome }) => position <= mostKept || outcome === 'refused' || outcome === 'held',
  );
  if (kept.length === 0) return;
  const rows = kept.map(({ position, outcome, id: record, revision, held, code, message, hint = '' }) => ({
    ...{ position, outcome, record_id: record, revision, held_id: held, code },
    // With what to do: it has no column of its own.
    message: message === undefined ? undefined : `${message} ${hint}`.trim().slice(0, 2_000),
  }));
  await database.query(sql`
    INSERT INTO upload_record (upload_id, position, outcome, record_id, revision, held_id, code, message)
    SELECT ${id}, position, outcome, record_id, revision, held_id, code, message
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS given (position integer, outcome text, record_id integer, revision integer, held_id bigint, code text, message text)
    ON CONFLICT DO NOTHING`);
}

export async function endUpload(database: Queryable, id: number, counts: UploadCounts): Promise<void> {
  await database.query(
    sql`UPDATE upload SET ended = now(), counts = ${JSON.stringify(counts)}::jsonb WHERE id = ${id}`,
  );
}

const columns = sql`id::float8 AS id, at, ended, person, way, name, mode, counts, position, job_id AS job, callback, nonce, told,
  callback_form AS "callbackForm", dry_run AS "dryRun",
  callback_problem AS "callbackProblem"`;

/** Undefined: there is none, or it is forgotten. */
export async function readUpload(database: Queryable, id: number): Promise<Upload | undefined> {
  const [row] = await database.query<object>(sql`SELECT ${columns} FROM upload WHERE id = ${id}`);
  return row && withoutNulls<Upload>(row);
}

/** The newest first; of one person when one is named. */
export async function listUploads(
  database: Queryable,
  { person, offset, limit }: { readonly person: string | undefined; readonly offset: number; readonly limit: number },
): Promise<{ readonly rows: readonly Upload[]; readonly total: number }> {
  const ofPerson = person === undefined ? sql`true` : sql`person = ${person}`;
  const [counted] = await database.query<{ total: number }>(
    sql`SELECT count(*)::integer AS total FROM upload WHERE ${ofPerson}`,
  );
  const rows = await database.query<object>(
    sql`SELECT ${columns} FROM upload WHERE ${ofPerson} ORDER BY upload.id DESC OFFSET ${offset} LIMIT ${limit}`,
  );
  return { rows: rows.map((row) => withoutNulls<Upload>(row)), total: counted?.total ?? 0 };
}

export interface UploadRecordsAsked {
  /** Only behind this position. */
  readonly after: number;
  readonly limit: number;
  /** Only those that were refused or wait. */
  readonly onlyTrouble?: boolean;
}

/** What is kept of its records, in the order of the input. */
export async function readUploadRecords(
  database: Queryable,
  id: number,
  { after, limit, onlyTrouble = false }: UploadRecordsAsked,
): Promise<readonly UploadedRecord[]> {
  const rows = await database.query<object>(sql`
    SELECT position, outcome, record_id AS id, revision, held_id::float8 AS held, code, message FROM upload_record
    WHERE upload_id = ${id} AND position > ${after} AND (NOT ${onlyTrouble}::boolean OR outcome IN ('refused', 'held'))
    ORDER BY position LIMIT ${limit}`);
  return rows.map((row) => withoutNulls<UploadedRecord>(row));
}

/** In the transaction of the records, so that a job that is killed goes on behind them. */
export async function noteProgress(
  transaction: Queryable,
  id: number,
  { position, counts }: Pick<Upload, 'position' | 'counts'>,
): Promise<void> {
  await transaction.query(
    sql`UPDATE upload SET position = ${position}, counts = ${JSON.stringify(counts)}::jsonb WHERE id = ${id}`,
  );
}

/** The callback was delivered, or why not yet. */
export async function noteTold(database: Queryable, id: number, problem: string | undefined): Promise<void> {
  await database.query(sql`
    UPDATE upload SET told = CASE WHEN ${problem === undefined} THEN now() END, callback_problem = ${problem ?? null}
    WHERE id = ${id}`);
}

function withoutNulls<T>(row: object): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
