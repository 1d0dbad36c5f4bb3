import sql from 'sql-template-tag';
import type { ErrorKind } from '../errors/errors.ts';
import { isWellFormed } from '../marc/well-formed.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { recordErrors } from './errors.ts';
import { broughtKeys, type Holdings, type Identity, matchRecord, nameKey, splitKey } from './identifiers.ts';

export type WriteMode = 'insert' | 'replace' | 'insert-or-replace';
export const writeModes: readonly WriteMode[] = ['insert', 'replace', 'insert-or-replace'];

/** What is to be done with an incoming record. */
export type Decision = Accepted | Refused | PassedOver;

export interface Accepted {
  /** Our record to replace or delete, or 0 for a new one. */
  readonly id: number;
  /** Field 001 is our number already. */
  readonly ours: boolean;
}

export interface Refused {
  readonly refusal: ErrorKind;
  /** For the message; `record` is the caller's to add. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** It says that a record is deleted which the library does not have: there is nothing to do. */
export interface PassedOver {
  readonly passedOver: true;
}

/** Every identifier names one record: what would break that is refused. */
export function decide(identity: Identity, mode: WriteMode, holdings: Holdings): Decision {
  if (identity.repeated) return { refusal: recordErrors.twoNumbers, values: {} };
  const match = matchRecord(identity, holdings);
  if (match.id === 0 && identity.deletes) return { passedOver: true };
  if (match.id > 0 && mode === 'insert') {
    const { id, by, ours } = match;
    if (identity.deletes) return { refusal: recordErrors.deletes, values: { id, by } };
    return { refusal: ours ? recordErrors.ours : recordErrors.held, values: { id, by } };
  }
  if (match.id === 0 && mode === 'replace') return { refusal: recordErrors.unknown, values: {} };
  // A deletion brings nothing: the record keeps what it is known by.
  if (identity.deletes) return { id: match.id, ours: match.ours };
  for (const key of broughtKeys(identity, match.ours)) {
    const other = holdings.holder(key);
    if (other > 0 && other !== match.id)
      return { refusal: recordErrors.conflict, values: { id: match.id, key: nameKey(key), other } };
  }
  return { id: match.id, ours: match.ours };
}

interface IdentifierRow {
  readonly kind: string;
  readonly value: string;
  readonly record_id: number;
}

/** Who holds these keys. One statement, one index probe for each key. */
export async function fetchHolders(database: Queryable, keys: Iterable<string>): Promise<Map<string, number>> {
  const kinds: string[] = [];
  const values: string[] = [];
  for (const key of keys) {
    const { kind, value } = splitKey(key);
    // No record can hold it, and the statement would fail for all of them.
    if (!isWellFormed(value)) continue;
    kinds.push(kind);
    values.push(value);
  }
  if (kinds.length === 0) return new Map();
  const rows = await database.query<IdentifierRow>(sql`
    SELECT kind, value, record_id FROM identifier
    JOIN unnest(${kinds}::text[], ${values}::text[]) AS asked (kind, value) USING (kind, value)`);
  return new Map(rows.map((row) => [`${row.kind} ${row.value}`, row.record_id]));
}

/** The keys that these records hold now. */
export async function fetchKeys(database: Queryable, ids: readonly number[]): Promise<Map<number, string[]>> {
  if (ids.length === 0) return new Map();
  return keysByRecord(
    await database.query<IdentifierRow>(
      sql`SELECT kind, value, record_id FROM identifier WHERE record_id = ANY (${ids}::integer[])`,
    ),
  );
}

/**
 * Takes the keys of these records from them, for those of their next versions, and says which they
 * were.
 */
export async function takeKeys(transaction: Transaction, ids: readonly number[]): Promise<Map<number, string[]>> {
  return keysByRecord(
    await transaction.query<IdentifierRow>(
      sql`DELETE FROM identifier WHERE record_id = ANY (${ids}::integer[]) RETURNING kind, value, record_id`,
    ),
  );
}

function keysByRecord(rows: readonly IdentifierRow[]): Map<number, string[]> {
  const held = new Map<number, string[]>();
  for (const { kind, value, record_id } of rows) {
    const keys = held.get(record_id) ?? [];
    keys.push(`${kind} ${value}`);
    held.set(record_id, keys);
  }
  return held;
}
