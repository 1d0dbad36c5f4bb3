import { DatabaseError } from 'pg';
import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import type { RecordVersion } from '../index/entry.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import { isOfLibrary } from '../marc/content.ts';
import type { MarcRecord } from '../marc/record.ts';
import { decodeStored } from '../marc/stored.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import { shareLease } from '../store/lease.ts';
import { changeRecord, lockRecord, type RecordWrite, type WriteGuard, type Written, writeRecord } from './change.ts';
import { recordErrors } from './errors.ts';
import { noRecord, readBefore, readRevision } from './history.ts';
import { identify, keysOf, nameKey } from './identifiers.ts';
import { fetchHolders } from './matching.ts';
import { type ChangeRules, defaultRules } from './next-version.ts';

/** Writes them in order, all or none. Throws a UserError for the first one that cannot be. */
export async function writeRecords(
  database: Database,
  analyzer: Analyzer,
  writes: readonly RecordWrite[],
): Promise<readonly Written[]> {
  return await inTransaction(database, async (transaction) => {
    // A bulk load numbers its batches before they are committed, and lets others have numbers in
    // between.
    if (writes.some(mayInsert)) await shareLease(transaction, 'numbers');
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
  wanted: WantedRestore,
): Promise<Written & { readonly restored: number }> {
  return await inTransaction(database, (transaction) => restoreIn(transaction, analyzer, wanted));
}

export interface WantedRestore {
  readonly id: number;
  readonly revision: number | undefined;
  readonly person?: string | undefined;
  readonly guard?: WriteGuard | undefined;
  /** Default: nothing is hidden, and no rule looks at it. */
  readonly rules?: ChangeRules | undefined;
}

/** In the caller's transaction: see `inTransaction`. */
export async function restoreIn(
  transaction: Transaction,
  analyzer: Analyzer,
  { id, revision: wanted, person, guard, rules: given = defaultRules }: WantedRestore,
): Promise<Written & { readonly restored: number }> {
  const old = await lockRecord(transaction, id);
  if (old === undefined) throw await noRecord(transaction, id);
  // Nothing is said of versions to who may not change it.
  guard?.before(decodeVersion(old));
  const { record: earlier, revision } = await versionToRestore(transaction, decodeVersion(old), wanted);
  // Its 005 is that of the earlier version, which is not to be merged but to stand again.
  const record = { ...earlier, fields: earlier.fields.filter((field) => !isOfLibrary(field) || field.tag !== '005') };
  const reason = `restore of revision ${revision}`;
  // Made from the newest version, so rules look at what it becomes.
  const base = { revision: old.revision, record: decodeStored(old.marc) };
  const { rules, shown } = seenBy(given, record);
  const incoming = { mode: 'replace', record: shown, identity: identify(shown), ours: true, base } as const;
  const written = await changeRecord(transaction, analyzer, old, incoming, { reason, person, rules, guard });
  return { ...written, restored: revision };
}

/**
 * Whoever is not shown what is hidden brings back what they see of a version, and leaves the rest
 * as it is now.
 */
function seenBy(given: ChangeRules, record: MarcRecord): { readonly rules: ChangeRules; readonly shown: MarcRecord } {
  const rules: ChangeRules = { ...given, modes: { ...given.modes, strongTags: [] }, always: true };
  if (given.hidden !== 'unseen' || given.hiddenPaths.none) return { rules, shown: record };
  return { rules, shown: given.hiddenPaths.without(record) };
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
  const incoming = { leader: '', fields: [] };
  const identity = { ...identify(incoming), deletes: true };
  const change = { mode: 'replace', record: incoming, identity, ours: true } as const;
  return await changeRecord(transaction, analyzer, old, change, { reason, person, rules: defaultRules });
}

function mayInsert({ mode, force }: RecordWrite): boolean {
  return mode === 'insert' || mode === 'insert-or-replace' || force === true;
}

/** Again when somebody else came between. */
export async function inTransaction<T>(database: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> {
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
