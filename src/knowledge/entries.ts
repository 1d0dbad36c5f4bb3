import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { foldValue } from '../tokenizers/fold.ts';
import { foldedLength, type KnowledgeEntry, longest, mostEntries } from './base.ts';
import { lockBase } from './bases.ts';
import { knowledgeErrors } from './errors.ts';

export interface Changing {
  readonly base: string;
  readonly by: string | undefined;
}

/**
 * Sets the value of a key, a new one at the end. `was`: the value that was seen; another one by now
 * is refused. True: something changed.
 */
export async function setEntry(
  transaction: Queryable,
  { base, by }: Changing,
  { key, value }: KnowledgeEntry,
  was?: string,
): Promise<boolean> {
  requireEntry({ key, value });
  await lockWritten(transaction, { base, by });
  const known = await currentValue(transaction, base, key);
  if (was !== undefined && known !== undefined && known !== was) throw new UserError(knowledgeErrors.moved, { key });
  if (known === value) return false;
  if (known === undefined)
    await transaction.query(sql`
      INSERT INTO knowledge_entry (base, position, key, value, folded, folded_value)
      SELECT ${base}, coalesce(max(position), 0) + 1, ${key}, ${value}, ${foldedStart(key)}, ${foldedStart(value)} FROM knowledge_entry WHERE base = ${base}`);
  else
    await transaction.query(
      sql`UPDATE knowledge_entry SET value = ${value}, folded_value = ${foldedStart(value)} WHERE base = ${base} AND md5(key) = md5(${key}) AND key = ${key}`,
    );
  return true;
}

export async function removeEntry(transaction: Queryable, { base, by }: Changing, key: string): Promise<void> {
  await lockWritten(transaction, { base, by });
  const gone = await transaction.query(
    sql`DELETE FROM knowledge_entry WHERE base = ${base} AND md5(key) = md5(${key}) AND key = ${key} RETURNING key`,
  );
  if (gone.length === 0) throw new UserError(knowledgeErrors.noEntry, { name: base, key });
}

export interface Imported {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Keys that the file has with several values, of which the last counts: the first ten. */
  readonly ambiguous?: readonly string[];
}

/** Labels of different concepts, in a vocabulary that nobody here can correct. */
function ambiguousKeys(entries: readonly KnowledgeEntry[], given: ReadonlyMap<string, string>): readonly string[] {
  const keys = entries.filter(({ key, value }) => given.get(key) !== value).map(({ key }) => key);
  return [...new Set(keys)].slice(0, 10);
}

/**
 * Takes entries of a file into a base. `replace`: those that it does not have go; a taxonomy is
 * always what its file says.
 */
export async function importEntries(
  transaction: Transaction,
  { base, by }: Changing,
  entries: readonly KnowledgeEntry[],
  { replace }: { readonly replace: boolean },
): Promise<Imported> {
  const { kind } = await lockBase(transaction, base, by);
  if (kind === 'dynamic')
    throw new UserError(knowledgeErrors.notWritten, { name: base, kind, what: 'nothing is imported into it' });
  entries.forEach(requireEntry);
  const rows = await transaction.query<{ key: string; value: string }>(
    sql`SELECT key, value FROM knowledge_entry WHERE base = ${base} ORDER BY position`,
  );
  if (kind === 'taxonomy') return await replaceAll(transaction, base, rows, entries);
  const known = new Map(rows.map(({ key, value }) => [key, value]));
  // The last of two with one key, where the first of them stands.
  const given = new Map(entries.map(({ key, value }) => [key, value]));
  const after = new Map(replace ? given : [...known, ...given]);
  if (after.size > mostEntries) throw tooMany();
  const isChanged = ([key, value]: readonly [string, string]): boolean => known.has(key) && known.get(key) !== value;
  const counts = {
    added: [...given.keys()].filter((key) => !known.has(key)).length,
    changed: [...given].filter(isChanged).length,
    removed: replace ? [...known.keys()].filter((key) => !given.has(key)).length : 0,
  };
  await write(
    transaction,
    base,
    [...after].map(([key, value]) => ({ key, value })),
  );
  const ambiguous = ambiguousKeys(entries, given);
  return {
    ...{ ...counts, unchanged: after.size - counts.added - counts.changed },
    ...(ambiguous.length > 0 && { ambiguous }),
  };
}

async function replaceAll(
  transaction: Transaction,
  base: string,
  rows: readonly KnowledgeEntry[],
  entries: readonly KnowledgeEntry[],
): Promise<Imported> {
  if (entries.length > mostEntries) throw tooMany();
  const name = ({ key, value }: KnowledgeEntry): string => JSON.stringify([key, value]);
  const [before, after] = [new Set(rows.map(name)), new Set(entries.map(name))];
  await write(transaction, base, entries);
  const added = [...after].filter((one) => !before.has(one)).length;
  return {
    ...{ added, changed: 0, removed: [...before].filter((one) => !after.has(one)).length },
    unchanged: after.size - added,
  };
}

function foldedStart(text: string): string {
  return foldValue(text).slice(0, foldedLength).toWellFormed();
}

/** Entries of one statement. */
const atOnce = 10_000;

async function write(transaction: Transaction, base: string, entries: readonly KnowledgeEntry[]): Promise<void> {
  await transaction.query(sql`DELETE FROM knowledge_entry WHERE base = ${base}`);
  for (let from = 0; from < entries.length; from += atOnce) {
    const rows = entries.slice(from, from + atOnce).map(({ key, value, concept, broader, language }, at) => ({
      ...{
        position: from + at + 1,
        key,
        value,
        folded: foldedStart(key),
        folded_value: foldedStart(value),
        concept: concept ?? null,
        language: language ?? null,
      },
      broader: broader ?? null,
    }));
    await transaction.query(sql`
      INSERT INTO knowledge_entry (base, position, key, value, folded, folded_value, concept, broader, language)
      SELECT ${base}, position, key, value, folded, folded_value, concept, broader, language
      FROM json_to_recordset(${JSON.stringify(rows)}::json)
        AS given (position integer, key text, value text, folded text, folded_value text, concept text, broader text[], language text)`);
  }
}

async function lockWritten(transaction: Queryable, { base, by }: Changing): Promise<void> {
  const { kind } = await lockBase(transaction, base, by);
  if (kind !== 'written')
    throw new UserError(knowledgeErrors.notWritten, { name: base, kind, what: 'its entries are not written by hand' });
}

async function currentValue(database: Queryable, base: string, key: string): Promise<string | undefined> {
  const [row] = await database.query<{ value: string }>(
    sql`SELECT value FROM knowledge_entry WHERE base = ${base} AND md5(key) = md5(${key}) AND key = ${key}`,
  );
  return row?.value;
}

function requireEntry({ key, value }: KnowledgeEntry): void {
  const reason =
    key.trim() === ''
      ? `the value "${value.slice(0, 60)}" has no key`
      : key.length > longest.key
        ? `the key "${key.slice(0, 60)}..." has ${key.length} characters`
        : value.length > longest.value
          ? `the value of "${key.slice(0, 60)}" has ${value.length} characters`
          : /\p{Cc}/u.test(key + value)
            ? `the key or value of "${key.slice(0, 60).replace(/\p{Cc}/gu, ' ')}" has a line break or a control character`
            : undefined;
  if (reason !== undefined)
    throw new UserError(knowledgeErrors.entryWrong, { reason, key: longest.key, value: longest.value });
}

function tooMany(): UserError {
  return new UserError(knowledgeErrors.entryWrong, {
    ...{ reason: `a base has at most ${mostEntries} entries`, key: longest.key, value: longest.value },
  });
}
