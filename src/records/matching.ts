import sql from 'sql-template-tag';
import type { ErrorKind } from '../errors/errors.ts';
import { isWellFormed } from '../marc/well-formed.ts';
import type { Queryable } from '../store/database.ts';
import { recordErrors } from './errors.ts';
import { broughtKeys, type Holdings, type Identity, matchRecord, nameKey, splitKey } from './identifiers.ts';
import { isPartial, type WriteMode } from './modes.ts';

/** What is to be done with an incoming record. */
export type Decision = Accepted | Refused | PassedOver;

export interface Accepted {
  /** Our record to replace or delete, or 0 for a new one. */
  readonly id: number;
  /** Field 001 is our number already. */
  readonly ours: boolean;
  /**
   * `id` is a number that no record has had, and that this one gets because somebody asked for it.
   */
  readonly creates?: true;
  /** Nothing is written: it waits for a person. */
  readonly holds?: true;
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

/**
 * Every identifier names one record: what would break that is refused. `force`: the highest number
 * given so far, where a number above it may be asked for.
 */
export function decide(identity: Identity, mode: WriteMode, holdings: Holdings, force?: number): Decision {
  if (identity.repeated) return { refusal: recordErrors.twoNumbers, values: {} };
  const found = matchRecord(identity, holdings);
  // A 003 that is wrong could be corrected by no input else: the record is not known by the right
  // one.
  const corrects003 = found.id === 0 && mode === 'correct' && identity.onlyControl === true && identity.source !== '';
  const match =
    corrects003 && identity.number > 0 && holdings.exists(identity.number)
      ? { id: identity.number, by: `001 ${identity.control}`, ours: true }
      : found;
  if (mode === 'hold') return { id: match.id, ours: match.ours, holds: true };
  const deletes = identity.deletes && !isPartial(mode);
  if (match.id === 0 && deletes) return { passedOver: true };
  if (match.id > 0 && mode === 'insert') {
    const { id, by, ours } = match;
    if (deletes) return { refusal: recordErrors.deletes, values: { id, by } };
    return { refusal: ours ? recordErrors.ours : recordErrors.held, values: { id, by } };
  }
  if (match.id === 0 && (mode === 'replace' || isPartial(mode))) {
    if (mode !== 'replace' || force === undefined || identity.number === 0)
      return { refusal: recordErrors.unknown, values: {} };
    const id = identity.number;
    if (id <= force) return { refusal: recordErrors.numberPassed, values: { id, last: force } };
    return { id, ours: true, creates: true };
  }
  // A deletion brings nothing: the record keeps what it is known by.
  if (deletes) return { id: match.id, ours: match.ours };
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
 * Those of their keys that records had which were merged into them; without those that have none.
 */
export async function fetchAliases(database: Queryable, ids: readonly number[]): Promise<Map<number, string[]>> {
  if (ids.length === 0) return new Map();
  return keysByRecord(
    await database.query<IdentifierRow>(
      sql`SELECT kind, value, record_id FROM identifier WHERE record_id = ANY (${ids}::integer[]) AND alias`,
    ),
  );
}

/** Which of these numbers are those of records. */
export async function fetchExisting(database: Queryable, ids: readonly number[]): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const rows = await database.query<{ readonly id: number }>(
    sql`SELECT id FROM record WHERE id = ANY (${ids}::integer[])`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Takes these keys from their records, for those of other versions. */
export async function removeKeys(transaction: Queryable, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const parts = keys.map(splitKey);
  await transaction.query(sql`
    DELETE FROM identifier USING unnest(${parts.map(({ kind }) => kind)}::text[], ${parts.map(({ value }) => value)}::text[])
      AS gone (kind, value) WHERE identifier.kind = gone.kind AND identifier.value = gone.value`);
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
