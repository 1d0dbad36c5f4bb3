import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { documentLinks } from '../files/links.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import { ownLinks, withOwnLinks, withoutOwnLinks } from '../marc/own-links.ts';
import { dataField, type MarcRecord } from '../marc/record.ts';
import { decodeStored, encodeStored } from '../marc/stored.ts';
import type { Transaction } from '../store/database.ts';
import { noteEvent } from '../store/events.ts';
import { carryOut, lockRecord, standingOf, type WriteGuard } from './change.ts';
import { checksOfDecided } from './check-incoming.ts';
import { isDeleted, markDeleted } from './deletion.ts';
import { moveDois } from './dois.ts';
import { editRecord } from './edit.ts';
import { recordErrors } from './errors.ts';
import { noRecord, readRevision } from './history.ts';
import { identify, splitKey } from './identifiers.ts';
import { type ChangeRules, timeAfter } from './next-version.ts';
import { stampRecord } from './version.ts';

export interface MergeAsked {
  /** The record that stays, the revision at which it was read, and what it becomes. */
  readonly survivor: { readonly id: number; readonly revision: number; readonly record: MarcRecord };
  /** The record that goes. */
  readonly other: { readonly id: number; readonly revision: number };
  readonly person: string | undefined;
  readonly rules: ChangeRules;
  readonly guard?: WriteGuard | undefined;
}

export interface MergeBy extends Pick<MergeAsked, 'person' | 'rules' | 'guard'> {}

export interface MergedRecords {
  readonly survivor: number;
  readonly other: number;
  /** Of the record that stays. */
  readonly revision: number;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/**
 * Makes one record of two: one stays as it is given, the other is deleted and names it in 970__d.
 * What that was known by becomes an alias of the one that stays, so that it is found by it when the
 * other comes again from its source; its documents are moved. In the caller's transaction: see
 * `inTransaction`. Throws a UserError when one of them changed since it was read.
 */
export async function mergeRecordsIn(
  transaction: Transaction,
  analyzer: Analyzer,
  { survivor, other, person, rules: given, guard }: MergeAsked,
): Promise<MergedRecords> {
  // Two records cannot wait for a third person.
  const rules = { ...given, checks: checksOfDecided(given.checks) };
  const { id } = survivor;
  if (id === other.id) throw new UserError(recordErrors.mergeSelf, { id });
  const versions = new Map<number, StoredVersion>();
  // In one order, so that two merges of the same records do not wait for each other.
  for (const one of [survivor, other].toSorted((a, b) => a.id - b.id)) {
    const version = await lockRecord(transaction, one.id);
    if (version === undefined) throw await noRecord(transaction, one.id);
    guard?.before(decodeVersion(version));
    if (version.deleted || version.revision !== one.revision)
      throw new UserError(recordErrors.mergeMoved, { id: one.id });
    versions.set(one.id, version);
  }
  const dead = versions.get(other.id)!;
  const { keys } = await standingOf(transaction, dead);
  const record = withTarget(withoutOwnLinks(decodeStored(dead.marc), other.id), id);
  const marked = await writeVersion(
    transaction,
    analyzer,
    dead,
    record,
    [],
    { person, rules, guard },
    `merge into record ${id}`,
  );
  await moveDois(transaction, other.id, id);
  const documents = await moveDocuments(transaction, other.id, id);
  const edited = await editRecord(transaction, analyzer, {
    ...{
      id,
      base: survivor.revision,
      record: withoutOwnLinks(survivor.record, other.id),
      mode: 'replace',
      merge: false,
    },
    ...{ person, rules, guard, reason: `merge of record ${other.id}` },
    // Without any, as they are.
    links: documents.length === 0 ? undefined : await documentLinks(transaction, id),
  });
  if (edited.kind === 'conflict' || edited.kind === 'gone' || edited.kind === 'held')
    throw new UserError(recordErrors.mergeMoved, { id });
  await addAliases(transaction, id, keys);
  await transaction.query(sql`
    INSERT INTO record_merge (person, survivor, merged, survivor_before, survivor_after, merged_before, merged_after, keys, documents)
    VALUES (${person ?? null}, ${id}, ${other.id}, ${survivor.revision}, ${edited.revision}, ${other.revision}, ${marked},
      ${[...keys]}::text[], ${[...documents]}::integer[])`);
  await noteEvent(transaction, 'merge', other.id, { into: id, before: other.revision });
  return { survivor: id, other: other.id, revision: edited.revision, warnings: edited.warnings };
}

interface MergeRow {
  readonly id: number;
  readonly survivor: number;
  readonly before: number;
  readonly after: number;
  readonly mergedBefore: number;
  readonly mergedAfter: number;
  readonly keys: readonly string[];
  readonly documents: readonly number[];
}

/**
 * Takes the last merge of a record back: both are again what they were, three ways for the one that
 * stayed. Throws a UserError when there is none, or when what others have changed since stands in
 * the way.
 */
export async function undoMergeIn(
  transaction: Transaction,
  analyzer: Analyzer,
  id: number,
  given: MergeBy,
): Promise<MergedRecords> {
  // What was there is there again, whatever rules say of it by now.
  const by = { ...given, rules: { ...given.rules, checks: undefined } };
  const [row] = await transaction.query<MergeRow>(sql`
    SELECT id::float8 AS id, survivor, survivor_before AS before, survivor_after AS after, merged_before AS "mergedBefore",
      merged_after AS "mergedAfter", keys, documents
    FROM record_merge WHERE merged = ${id} AND undone IS NULL ORDER BY record_merge.id DESC LIMIT 1 FOR UPDATE`);
  if (row === undefined) throw new UserError(recordErrors.noMerge, { id });
  const { survivor } = row;
  const refuse = (reason: string): UserError => new UserError(recordErrors.mergeUndo, { id, survivor, reason });
  for (const one of [survivor, id].sort((a, b) => a - b)) await lockRecord(transaction, one);
  const dead = await lockRecord(transaction, id);
  if (dead === undefined || dead.revision !== row.mergedAfter) throw refuse(`record ${id} was changed since`);
  const before = await readRevision(transaction, survivor, row.before);
  await transaction.query(sql`
    UPDATE document SET record_id = ${id} WHERE id = ANY (${[...row.documents]}::integer[]) AND record_id = ${survivor}`);
  // First: an alias would stay with the record whatever its content is.
  await transaction.query(
    sql`UPDATE identifier SET alias = false WHERE record_id = ${survivor} AND kind || ' ' || value = ANY (${[...row.keys]}::text[])`,
  );
  await moveDois(
    transaction,
    survivor,
    id,
    row.keys.map(splitKey).flatMap(({ kind, value }) => (kind === 'doi' ? [value] : [])),
  );
  const edited = await editRecord(transaction, analyzer, {
    ...{ id: survivor, base: row.after, record: before.record, mode: 'replace', merge: true },
    ...{ person: by.person, rules: by.rules, guard: by.guard, reason: `undo merge of record ${id}` },
    links: row.documents.length === 0 ? undefined : await documentLinks(transaction, survivor),
  });
  if (edited.kind === 'conflict')
    throw refuse(`others have changed ${edited.conflicts.join(', ')} of record ${survivor} since`);
  if (edited.kind === 'gone') throw refuse(`record ${survivor} was deleted since`);
  if (edited.kind === 'held') throw new Error('what no rule looks at does not wait');
  const parts = row.keys.map(splitKey);
  await transaction.query(sql`
    DELETE FROM identifier USING unnest(${parts.map(({ kind }) => kind)}::text[], ${parts.map(({ value }) => value)}::text[])
      AS gone (kind, value) WHERE identifier.kind = gone.kind AND identifier.value = gone.value AND record_id = ${survivor}`);
  const old = await readRevision(transaction, id, row.mergedBefore);
  const links = row.documents.length === 0 ? ownLinks(old.record, id) : await documentLinks(transaction, id);
  const content = withOwnLinks(withoutOwnLinks(old.record, id), links);
  await writeVersion(transaction, analyzer, dead, content, row.keys, by, `undo merge into record ${survivor}`);
  await transaction.query(
    sql`UPDATE record_merge SET undone = now(), undone_by = ${by.person ?? null} WHERE id = ${row.id}`,
  );
  return { survivor, other: id, revision: edited.revision, warnings: edited.warnings };
}

/** A version of a locked record with these keys, whatever its content says; its revision. */
async function writeVersion(
  transaction: Transaction,
  analyzer: Analyzer,
  old: StoredVersion,
  content: MarcRecord,
  keys: readonly string[],
  by: MergeBy,
  reason: string,
): Promise<number> {
  const standing = await standingOf(transaction, old);
  const { id, created } = old;
  const modified = timeAfter(old.modified, new Date());
  const identity = identify(content);
  const record = stampRecord(content, identity, { id, ours: true, modified });
  const version = { id, revision: old.revision + 1, deleted: isDeleted(record), created, modified, record };
  const verdict = { kind: 'write', outcome: 'replaced', version, marc: encodeStored(record), keys } as const;
  const incoming = { mode: 'replace', record, identity, ours: true } as const;
  const { revision } = await carryOut(transaction, analyzer, { standing, incoming, verdict }, { ...by, reason });
  return revision;
}

/** Deleted, and 970__d says what it became. */
function withTarget(record: MarcRecord, id: number): MarcRecord {
  const marked = markDeleted(record);
  return {
    leader: marked.leader,
    fields: [...marked.fields, dataField('970', ' ', ' ', [{ code: 'd', value: String(id) }])],
  };
}

async function addAliases(transaction: Transaction, id: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const parts = keys.map(splitKey);
  await transaction.query(sql`
    INSERT INTO identifier (kind, value, record_id, alias)
    SELECT kind, value, ${id}, true
    FROM unnest(${parts.map(({ kind }) => kind)}::text[], ${parts.map(({ value }) => value)}::text[]) AS key (kind, value)
    ON CONFLICT (kind, value) DO UPDATE SET alias = true WHERE identifier.record_id = ${id}`);
}

/** One whose name is taken gets the number of its record behind it. */
async function moveDocuments(transaction: Transaction, from: number, to: number): Promise<readonly number[]> {
  const rows = await transaction.query<{ id: number }>(sql`
    UPDATE document SET record_id = ${to},
      name = CASE WHEN EXISTS (SELECT FROM document there WHERE there.record_id = ${to} AND there.name = document.name)
        THEN document.name || '-' || ${String(from)} ELSE document.name END
    WHERE record_id = ${from} RETURNING id`);
  return rows.map(({ id }) => id);
}
