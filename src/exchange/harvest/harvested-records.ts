import sql, { join } from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { defined } from './source.ts';

/** What became of a record of a server when it came last and was not as before. */
export interface HarvestedRecord {
  readonly identifier: string;
  readonly run: number;
  readonly at: Date;
  readonly datestamp: string;
  readonly outcome: string;
  /** 0: no record of the library. */
  readonly record: number;
  readonly held: number | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** What came, where it was refused. */
  readonly xml: string | undefined;
}

/** What is known of a record before it comes again. */
export interface Earlier {
  readonly digest: Buffer;
  readonly outcome: string;
  readonly record: number;
  /** The record of the library was made by this source. */
  readonly made: boolean;
}

export interface ToNote extends Omit<HarvestedRecord, 'run' | 'at'> {
  readonly digest: Buffer;
  readonly made: boolean;
}

const mostXml = 1_000_000;

/** By identifier. One statement. */
export async function readEarlier(
  database: Queryable,
  source: number,
  identifiers: readonly string[],
): Promise<ReadonlyMap<string, Earlier>> {
  const rows = await database.query<Earlier & { readonly identifier: string }>(sql`
    SELECT identifier, digest, outcome, record_id AS record, made FROM harvest_record
    WHERE source_id = ${source} AND identifier = ANY (${[...identifiers]}::text[])`);
  return new Map(rows.map((row) => [row.identifier, row]));
}

/** Identifiers are different ones. */
export async function noteHarvested(
  transaction: Queryable,
  { source, run }: { readonly source: number; readonly run: number },
  records: readonly ToNote[],
): Promise<void> {
  if (records.length === 0) return;
  const of = <K extends keyof ToNote>(name: K) => records.map((one) => one[name] ?? null);
  const lists = [
    sql`${of('identifier')}::text[]`,
    sql`${of('datestamp')}::text[]`,
    sql`${of('outcome')}::text[]`,
    sql`${of('record')}::integer[]`,
    sql`${of('held')}::bigint[]`,
    sql`${of('made')}::boolean[]`,
    sql`${of('digest')}::bytea[]`,
    sql`${of('code')}::text[]`,
    sql`${of('message')}::text[]`,
    sql`${records.map(({ xml }) => xml?.replaceAll('\0', '').slice(0, mostXml) ?? null)}::text[]`,
  ];
  await transaction.query(sql`
    INSERT INTO harvest_record (source_id, run_id, identifier, datestamp, outcome, record_id, held_id, made, digest, code, message, xml)
    SELECT ${source}, ${run}, * FROM unnest(${join(lists)})
    ON CONFLICT (source_id, identifier) DO UPDATE SET run_id = excluded.run_id, at = now(), datestamp = excluded.datestamp,
      outcome = excluded.outcome, record_id = excluded.record_id, held_id = excluded.held_id,
      made = harvest_record.made OR excluded.made, digest = excluded.digest, code = excluded.code, message = excluded.message,
      xml = excluded.xml`);
}

export interface HarvestedAsked {
  readonly run: number;
  readonly outcome?: string | undefined;
  /** Only behind this one. */
  readonly after?: string;
  readonly limit: number;
  readonly withXml?: boolean;
}

/** Those of a run that have not come differently since, by identifier. */
export async function listHarvested(database: Queryable, asked: HarvestedAsked): Promise<readonly HarvestedRecord[]> {
  const { run, outcome = null, after = '', limit, withXml = false } = asked;
  const rows = await database.query<object>(sql`
    SELECT identifier, run_id AS run, at, datestamp, outcome, record_id AS record, held_id::float8 AS held, code, message,
      CASE WHEN ${withXml} THEN xml END AS xml
    FROM harvest_record WHERE run_id = ${run} AND identifier > ${after} AND (${outcome}::text IS NULL OR outcome = ${outcome}::text)
    ORDER BY identifier LIMIT ${limit}`);
  return rows.map((row) => defined<HarvestedRecord>(row));
}

/** Undefined: it has never come. */
export async function readHarvested(
  database: Queryable,
  source: number,
  identifier: string,
): Promise<HarvestedRecord | undefined> {
  const [row] = await database.query<object>(sql`
    SELECT identifier, run_id AS run, at, datestamp, outcome, record_id AS record, held_id::float8 AS held, code, message, xml
    FROM harvest_record WHERE source_id = ${source} AND identifier = ${identifier}`);
  return row === undefined ? undefined : defined<HarvestedRecord>(row);
}
