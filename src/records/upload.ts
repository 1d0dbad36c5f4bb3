import { DatabaseError } from 'pg';
import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { recordLabel } from '../marc/problem.ts';
import type { GoodRecord, ReadResult } from '../marc/raw.ts';
import { controlValue } from '../marc/record.ts';
import type { Transaction } from '../store/database.ts';
import { shareLease } from '../store/lease.ts';
import { type ChangeDocuments, type WriteGuard, type Written, writeRecord } from './change.ts';
import type { WriteMode } from './modes.ts';
import type { ChangeRules } from './next-version.ts';

export const uploadOutcomes = [
  'inserted',
  'replaced',
  'merged',
  'unchanged',
  'deleted',
  'held',
  'refused',
  'passed-over',
] as const;
export type UploadOutcome = (typeof uploadOutcomes)[number];

/** What became of one record of an upload. */
export interface UploadedRecord {
  /** In the order of the input, from 1. */
  readonly position: number;
  readonly outcome: UploadOutcome;
  /** 0: no record of the library. */
  readonly id: number;
  /** 0: nothing was written. */
  readonly revision: number;
  /** Why it was refused, or waits. */
  readonly code?: string;
  readonly message?: string;
  /** What to do. */
  readonly hint?: string;
  /** Its number among those that wait. */
  readonly held?: number;
  /** Tags that both changed, when it waits for that. */
  readonly conflicts?: readonly string[];
  /** What rules of the library have found, when it waits for that. */
  readonly findings?: readonly string[];
  readonly warnings?: readonly string[];
}

export interface UploadOptions {
  readonly mode: WriteMode;
  readonly force: boolean;
  /** For the history: "upload replace records.xml". */
  readonly reason: string;
  readonly person: string | undefined;
  readonly rules: ChangeRules;
  readonly guard?: WriteGuard | undefined;
  /** What may be told of why a record was refused; by default all of it. */
  readonly told?: (error: UserError) => UserError;
  /**
   * What comes with a record for its documents, by its position. Throws a UserError for what does
   * not.
   */
  readonly documents?: (one: GoodRecord) => ChangeDocuments | undefined;
  /** Stands in for a missing 003. */
  readonly source?: string | undefined;
}

/**
 * Writes records one by one in the caller's transaction: what is refused takes nothing of the
 * others with it. For many of them there is `load`.
 */
export async function uploadRecords(
  transaction: Transaction,
  analyzer: Analyzer,
  records: readonly ReadResult[],
  options: UploadOptions,
): Promise<readonly UploadedRecord[]> {
  await shareLease(transaction, 'numbers');
  const done: UploadedRecord[] = [];
  for (const one of records) {
    if (one.kind === 'refused') {
      const { code, message, hint } = one.reason;
      done.push({ position: one.position, outcome: 'refused', id: 0, revision: 0, code, message, hint });
    } else done.push(await uploadOne(transaction, analyzer, one, options));
  }
  return done;
}

async function uploadOne(
  transaction: Transaction,
  analyzer: Analyzer,
  one: GoodRecord,
  options: UploadOptions,
): Promise<UploadedRecord> {
  const { record, position, warnings, harvested } = one;
  const { mode, force, reason, person, rules, guard, told, source = '' } = options;
  try {
    const documents = options.documents?.(one);
    const write = { record, mode, force, reason, person, rules, guard, documents, source, harvested };
    const written = await inSavepoint(transaction, () => writeRecord(transaction, analyzer, write));
    return uploaded(position, written, warnings);
  } catch (error) {
    if (!(error instanceof UserError) || error.status >= 500) throw error;
    const { code, message, hint } = told?.(error) ?? error;
    const label = recordLabel(position, controlValue(record, '001'));
    const refused = { position, outcome: 'refused', id: 0, revision: 0, code } as const;
    // Jobs keep the message alone, and of a document it is what to do that one wants to know.
    if (aboutDocuments.test(code)) return { ...refused, message: `${label}: ${message} ${hint}` };
    return { ...refused, message: message.replace(/^The record\b/, label), hint };
  }
}

const aboutDocuments = /^REPERIO_(DOCUMENT|NO_DOCUMENT|FETCH|FILE|NO_FILE)/;

function uploaded(position: number, written: Written, before: readonly string[]): UploadedRecord {
  const { action, id, revision, held } = written;
  const warnings = [...before, ...written.warnings];
  return {
    ...{ position, outcome: action, id, revision },
    ...(held !== undefined && { code: held.reason, held: held.id, conflicts: held.conflicts }),
    ...(held?.findings !== undefined && held.findings.length > 0 && { findings: held.findings }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/**
 * What it throws undoes only its own. Again when somebody else gave one of its identifiers to
 * another record meanwhile.
 */
export async function inSavepoint<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
  const attempt = async (): Promise<T> => {
    await transaction.query(sql`SAVEPOINT one`);
    try {
      const result = await work();
      await transaction.query(sql`RELEASE SAVEPOINT one`);
      return result;
    } catch (error) {
      if (error instanceof UserError || isTaken(error)) await transaction.query(sql`ROLLBACK TO SAVEPOINT one`);
      throw error;
    }
  };
  try {
    return await attempt();
  } catch (error) {
    if (!isTaken(error)) throw error;
    return await attempt();
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '23505';
}

export type UploadCounts = Readonly<Partial<Record<UploadOutcome, number>>>;

export function countOutcomes(records: readonly Pick<UploadedRecord, 'outcome'>[]): UploadCounts {
  const counts: Partial<Record<UploadOutcome, number>> = {};
  for (const { outcome } of records) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
