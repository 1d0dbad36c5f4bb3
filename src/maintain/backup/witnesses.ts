import { createHash } from 'node:crypto';
import sql, { raw } from 'sql-template-tag';
import type { Queryable, Transaction } from '../../store/database.ts';
import type { Hashed } from './blocks.ts';
import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';
import { readSetFile } from './set-file.ts';
import { truth } from './tables.ts';
import { writePlain } from './write-file.ts';

/** What a restored library must show to be believed. */
export interface Witnesses {
  /** Rows of each table of truth. */
  readonly rows: Readonly<Record<string, number>>;
  readonly records: readonly Witness[];
}

/** A version of a record. */
export interface Witness {
  readonly id: number;
  readonly revision: number;
  /** Hex SHA-256 of its MARC. */
  readonly sha256: string;
}

export const witnessFile = 'witnesses.json';
const mostWitnesses = 1_000;

/** In the snapshot of the backup. */
export async function takeWitnesses(transaction: Transaction, place: Place, folder: string): Promise<Hashed> {
  const witnesses: Witnesses = { rows: await countRows(transaction), records: await someRecords(transaction) };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${JSON.stringify(witnesses)}\n`);
  }
  return writePlain(place, `${folder}/${witnessFile}`, bytes());
}

/** Undefined: the set has none. Throws `damaged`. */
export async function readWitnesses(place: Place, manifest: Manifest): Promise<Witnesses | undefined> {
  const bytes = await readSetFile(place, manifest, witnessFile);
  return bytes === undefined ? undefined : (JSON.parse(bytes.toString('utf8')) as Witnesses);
}

export async function countRows(database: Queryable): Promise<Readonly<Record<string, number>>> {
  const rows: Record<string, number> = {};
  for (const name of truth) {
    const [row] = await database.query<{ count: number }>(sql`SELECT count(*) AS count FROM ${raw(name)}`);
    rows[name] = row!.count;
  }
  return rows;
}

/** Records by random numbers, so that a large table is not read. */
async function someRecords(database: Queryable): Promise<readonly Witness[]> {
  const rows = await database.query<{ id: number; revision: number; marc: string }>(sql`
    SELECT id, revision, marc FROM record WHERE id IN (
      SELECT 1 + floor(random() * last_id)::integer FROM record_counter, generate_series(1, ${mostWitnesses})
      UNION SELECT last_id FROM record_counter) ORDER BY id`);
  return rows.map(({ id, revision, marc }) => ({ id, revision, sha256: digestOf(marc) }));
}

/** Those that are neither the newest version of their record nor an earlier one. */
export async function missingWitnesses(
  database: Queryable,
  witnesses: readonly Witness[],
): Promise<readonly Witness[]> {
  const ids = witnesses.map(({ id }) => id);
  const rows = await database.query<{ id: number; revision: number; marc: string }>(sql`
    SELECT id, revision, marc FROM record WHERE id = ANY (${ids}::integer[])
    UNION ALL SELECT record_id, revision, marc FROM revision WHERE record_id = ANY (${ids}::integer[])`);
  const found = new Set(rows.map(({ id, revision, marc }) => `${id} ${revision} ${digestOf(marc)}`));
  return witnesses.filter(({ id, revision, sha256 }) => !found.has(`${id} ${revision} ${sha256}`));
}

function digestOf(marc: string): string {
  return createHash('sha256').update(marc).digest('hex');
}
