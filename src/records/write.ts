import { DatabaseError } from 'pg';
import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { deltaOf, type RecordVersion } from '../index/entry.ts';
import { wake } from '../index/manifest.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import type { MarcRecord } from '../marc/record.ts';
import { encodeStored, leaderOfStored } from '../marc/stored.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import { shareLease } from '../store/lease.ts';
import { isDeleted, markDeleted } from './deletion.ts';
import { recordErrors } from './errors.ts';
import { noRecord, readBefore, readRevision } from './history.ts';
import { type Identity, identify, keysAfter, keysOf, keysToLookUp, nameKey, splitKey } from './identifiers.ts';
import { decide, fetchHolders, takeKeys, type WriteMode } from './matching.ts';
import { creationOf, instructionWarning, stampRecord } from './version.ts';

/**
 * Writing one record, or a few: row, revision, identifiers, number and delta in one transaction.
 * Found everywhere right after its commit.
 */
export interface RecordWrite {
  readonly record: MarcRecord;
  readonly mode: WriteMode;
  /** Who did it, as cataloguer: and the history name them. */
  readonly person?: string | undefined;
  /** What did it, for the history: "load replace records.xml". */
  readonly reason: string;
  /** Stands in for a missing 003. */
  readonly source?: string;
}

export interface Written {
  readonly action: 'inserted' | 'replaced' | 'deleted';
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly warnings: readonly string[];
}

/** Writes them in order, all or none. Throws a UserError for the first one that cannot be. */
export async function writeRecords(
  database: Database,
  analyzer: Analyzer,
  writes: readonly RecordWrite[],
): Promise<readonly Written[]> {
  return await inTransaction(database, async (transaction) => {
    // A bulk load numbers its batches before they are committed, and lets others have numbers in
    // between.
    if (writes.some((write) => write.mode !== 'replace')) await shareLease(transaction, 'numbers');
    const written: Written[] = [];
    for (const write of writes) written.push(await writeRecord(transaction, analyzer, write));
    return written;
  });
}

/**
 * Deletes softly: the record stays, marked with 980__c DELETED, and so do its identifiers and its
 * history.
 */
export async function deleteRecord(
  database: Database,
  analyzer: Analyzer,
  id: number,
  reason: string,
  person?: string,
): Promise<Written> {
  return await inTransaction(database, async (transaction) => {
    const old = await lockRecord(transaction, id);
    if (old === undefined) throw await noRecord(transaction, id);
    if (old.deleted) throw new UserError(recordErrors.alreadyDeleted, { id });
    return await deleteVersion(transaction, analyzer, old, reason, person);
  });
}

/**
 * Makes an earlier version the newest again, as a new version with its identifiers; by default the
 * last one that was no deletion. Throws a UserError when there is nothing to restore, or when
 * another record has one of the identifiers by now.
 */
export async function restoreRecord(
  database: Database,
  analyzer: Analyzer,
  wanted: { readonly id: number; readonly revision: number | undefined; readonly person?: string | undefined },
): Promise<Written & { readonly restored: number }> {
  const { id, person } = wanted;
  return await inTransaction(database, async (transaction) => {
    const old = await lockRecord(transaction, id);
    if (old === undefined) throw await noRecord(transaction, id);
    const { record, revision } = await versionToRestore(transaction, decodeVersion(old), wanted.revision);
    const identity = identify(record);
    const reason = `restore of revision ${revision}`;
    const written = await replaceVersion(transaction, analyzer, old, record, { identity, ours: true, reason, person });
    return { ...written, restored: revision };
  });
}

/** The version that `restoreRecord` makes the newest again. Throws the same errors. */
export async function versionToRestore(
  database: Queryable,
  newest: RecordVersion,
  revision: number | undefined,
): Promise<RecordVersion> {
  const { id } = newest;
  const version = await earlierVersion(database, newest, revision);
  // Its 001 is our number: the control number that it came with stands in 035.
  const keys = keysOf(identify(version.record), id, true);
  for (const [key, other] of await fetchHolders(database, keys))
    if (other !== id) {
      const values = { record: `Revision ${version.revision}`, id, key: nameKey(key), other };
      throw new UserError(recordErrors.conflict, values);
    }
  return version;
}

async function earlierVersion(
  database: Queryable,
  newest: RecordVersion,
  revision: number | undefined,
): Promise<RecordVersion> {
  const { id } = newest;
  if (revision === undefined) {
    if (!newest.deleted) throw new UserError(recordErrors.notDeleted, { id });
    const before = await readBefore(database, id);
    if (before === undefined) throw new UserError(recordErrors.neverThere, { id });
    return before;
  }
  if (revision === newest.revision) throw new UserError(recordErrors.newestAlready, { id, revision });
  const version = await readRevision(database, id, revision);
  if (version.deleted) throw new UserError(recordErrors.restoresDeletion, { id, revision });
  return version;
}

async function deleteVersion(
  transaction: Transaction,
  analyzer: Analyzer,
  old: StoredVersion,
  reason: string,
  person: string | undefined,
): Promise<Written> {
  const marked = markDeleted(decodeVersion(old).record);
  const identity = { ...identify(marked), deletes: true };
  const written = await replaceVersion(transaction, analyzer, old, marked, { identity, ours: true, reason, person });
  return { ...written, action: 'deleted' };
}

async function inTransaction<T>(database: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  try {
    return await database.transaction(work, { attempts: 3 });
  } catch (error) {
    // Somebody gave the same identifier to another record since we looked; done again, it is seen
    // and named.
    if (error instanceof DatabaseError && error.code === '23505')
      return await database.transaction(work, { attempts: 3 });
    throw error;
  }
}

async function writeRecord(transaction: Transaction, analyzer: Analyzer, write: RecordWrite): Promise<Written> {
  const identity = identify(write.record, write.source);
  const holders = await fetchHolders(transaction, keysToLookUp(identity));
  const known = identity.number > 0 && (await recordExists(transaction, identity.number));
  const decision = decide(identity, write.mode, {
    holder: (key) => holders.get(key) ?? 0,
    exists: (id) => known && id === identity.number,
  });
  if ('refusal' in decision) throw new UserError(decision.refusal, { record: 'The record', ...decision.values });
  if ('passedOver' in decision) throw new UserError(recordErrors.unknown, { record: 'The record' });
  const { ours } = decision;
  if (decision.id === 0) return await insertVersion(transaction, analyzer, write, identity);
  const old = await lockRecord(transaction, decision.id);
  if (old === undefined) throw new Error(`an identifier names record ${decision.id}, which does not exist`);
  const { reason, person } = write;
  if (identity.deletes) return await deleteVersion(transaction, analyzer, old, reason, person);
  return await replaceVersion(transaction, analyzer, old, write.record, { identity, ours, reason, person });
}

async function insertVersion(
  transaction: Transaction,
  analyzer: Analyzer,
  write: RecordWrite,
  identity: Identity,
): Promise<Written> {
  // Last of all reads: the row stays locked until commit, which is what keeps numbers without gaps.
  const [counter] = await transaction.query<{ id: number }>(
    sql`UPDATE record_counter SET last_id = last_id + 1 RETURNING last_id AS id`,
  );
  const id = counter!.id;
  const modified = new Date();
  const { created, warning } = creationOf(write.record, modified);
  const record = stampRecord(write.record, identity, { id, ours: false, modified });
  const deleted = isDeleted(record);
  await transaction.query(sql`
    INSERT INTO record (id, created, modified, revision, deleted, person, marc)
    VALUES (${id}, ${created}, ${modified}, 1, ${deleted}, ${write.person ?? null}, ${encodeStored(record)})`);
  await addKeys(transaction, id, keysOf(identity, id, false));
  const problems = await addDelta(transaction, analyzer, { id, revision: 1, deleted, created, modified, record });
  const told = [warning, instructionWarning(write.record)].filter((one) => one !== undefined);
  const warnings = [...told.map((one) => `Record ${id}: ${one}.`), ...problems];
  return { action: 'inserted', id, revision: 1, deleted, warnings };
}

async function replaceVersion(
  transaction: Transaction,
  analyzer: Analyzer,
  old: StoredVersion,
  content: MarcRecord,
  change: {
    readonly identity: Identity;
    readonly ours: boolean;
    readonly reason: string;
    readonly person: string | undefined;
  },
): Promise<Written> {
  const { identity, ours, reason, person } = change;
  const { id, created } = old;
  const revision = old.revision + 1;
  const modified = new Date();
  const leaderBefore = leaderOfStored(old.marc);
  const record = stampRecord(content, identity, { id, ours, modified, leaderBefore });
  const deleted = isDeleted(record);
  await transaction.query(sql`
    INSERT INTO revision (record_id, revision, modified, deleted, person, reason, marc)
    SELECT id, revision, modified, deleted, person, ${reason}, marc FROM record WHERE id = ${id}`);
  await transaction.query(sql`
    UPDATE record SET modified = ${modified}, revision = ${revision}, deleted = ${deleted}, person = ${person ?? null},
      marc = ${encodeStored(record)}
    WHERE id = ${id}`);
  const before = (await takeKeys(transaction, [id])).get(id) ?? [];
  await addKeys(transaction, id, keysAfter(identity, id, ours, before));
  const problems = await addDelta(transaction, analyzer, { id, revision, deleted, created, modified, record });
  const instructions = instructionWarning(content);
  const warnings = [...(instructions === undefined ? [] : [`Record ${id}: ${instructions}.`]), ...problems];
  return { action: 'replaced', id, revision, deleted, warnings };
}

async function recordExists(transaction: Transaction, id: number): Promise<boolean> {
  return (await transaction.query(sql`SELECT 1 FROM record WHERE id = ${id}`)).length > 0;
}

async function lockRecord(transaction: Transaction, id: number): Promise<StoredVersion | undefined> {
  const [row] = await transaction.query<StoredVersion>(
    sql`SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ${id} FOR UPDATE`,
  );
  return row;
}

async function addKeys(transaction: Transaction, id: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const parts = keys.map(splitKey);
  await transaction.query(sql`
    INSERT INTO identifier (kind, value, record_id)
    SELECT kind, value, ${id} FROM unnest(${parts.map((part) => part.kind)}::text[], ${parts.map((part) => part.value)}::text[])
      AS key (kind, value)`);
}

/** What could not be indexed of it, in sentences. */
async function addDelta(
  transaction: Transaction,
  analyzer: Analyzer,
  version: RecordVersion,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const data = deltaOf(version, analyzer, (record, reason) =>
    problems.push(`Record ${record} could not be indexed completely: ${reason}.`),
  );
  await transaction.query(sql`
    INSERT INTO delta (record_id, revision, analysis, format, data)
    VALUES (${version.id}, ${version.revision}, ${analyzer.versions.analysis}, ${analyzer.versions.format}, ${data})`);
  await wake(transaction);
  return problems;
}
