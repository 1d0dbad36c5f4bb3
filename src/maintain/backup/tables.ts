import sql from 'sql-template-tag';
import type { Queryable, Transaction } from '../../store/database.ts';
import { tables } from '../../store/migrations/tables.ts';
import type { SetFile } from './manifest.ts';
import type { Place } from './place.ts';
import { writeCompressed } from './write-file.ts';

/**
 * What the migrations write themselves, so that a dump need not: which were applied is known by the
 * number of the newest.
 */
const madeByMigrations = 'schema_migration';

/** Tables whose rows a dump has, by name. */
export const truth: readonly string[] = Object.entries(tables)
  .filter(([name, { kind }]) => kind === 'truth' && name !== madeByMigrations)
  .map(([name]) => name);

/** Tables that are made again. */
export const derived: readonly string[] = Object.entries(tables)
  .filter(([, { kind }]) => kind === 'derived')
  .map(([name]) => name);

/** Bytes on the disk of the server, without indexes. */
export async function bytesOfTruth(database: Queryable): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(sql`
    SELECT coalesce(sum(pg_table_size(c.oid)), 0)::float8 AS bytes FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (${[...truth]})`);
  return row!.bytes;
}

export interface TableProgress {
  /** Bytes of this table so far, before they are compressed. */
  readonly onBytes?: (bytes: number) => void;
  readonly onTable?: (file: SetFile, seconds: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Binary COPY of each table of truth, in the transaction's snapshot. */
export async function dumpTables(
  transaction: Transaction,
  place: Place,
  folder: string,
  { onBytes, onTable, signal }: TableProgress,
): Promise<readonly SetFile[]> {
  const columns = await columnsOf(transaction, truth);
  const files: SetFile[] = [];
  for (const name of truth) {
    signal?.throwIfAborted();
    const began = performance.now();
    const path = `tables/${name}.copy.zst`;
    const of = columns.get(name) ?? [];
    const stream = transaction.copyOut(`COPY ${name} (${of.map(quoted).join(', ')}) TO STDOUT (FORMAT binary)`);
    const { raw, ...hashed } = await writeCompressed(place, `${folder}/${path}`, stream, { onBytes, signal });
    const file: SetFile = { path, ...hashed, table: { name, columns: of, rows: stream.rowCount, raw } };
    files.push(file);
    onTable?.(file, (performance.now() - began) / 1000);
  }
  return files;
}

/** By table, in their order; those that the server makes itself are left out. */
export async function columnsOf(
  database: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await database.query<{ name: string; columns: readonly string[] }>(sql`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (${[...names]})
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname`);
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

/** The last number that each column gave that counts by itself; 0: none yet. */
export async function sequencesOf(database: Queryable): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const { table, column, sequence } of await identities(database)) {
    const [row] = await database.query<{ last: number | null }>(
      sql`SELECT pg_sequence_last_value(${sequence}::regclass) AS last`,
    );
    found[`${table}.${column}`] = row!.last ?? 0;
  }
  return found;
}

export interface Identity {
  readonly table: string;
  readonly column: string;
  readonly sequence: string;
}

export async function identities(database: Queryable): Promise<readonly Identity[]> {
  return database.query<Identity>(sql`
    SELECT c.relname AS table, a.attname AS column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attidentity <> '' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (${[...truth]})
    ORDER BY 1, 2`);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
