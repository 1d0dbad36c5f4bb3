import { documentLinks } from '../files/links.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import type { Transaction } from '../store/database.ts';
import { carryOut, decideChange, lockRecord, standingOf } from './change.ts';
import { identify } from './identifiers.ts';
import { defaultRules } from './next-version.ts';

export interface DocumentChange {
  readonly person: string | undefined;
  /** For the history of the record: "file added thesis.pdf". */
  readonly reason: string;
  /** A version is made also when the links stay as they are: other bytes under the same name. */
  readonly always: boolean;
}

/**
 * Whoever changes documents of a record calls this before, so that two who do wait for each other
 * in one order: the record, then its documents.
 */
export async function lockForDocuments(transaction: Transaction, id: number): Promise<void> {
  await lockRecord(transaction, id);
}

/**
 * Writes the links of a record to its documents (8564_), after these have changed and in the same
 * transaction: so they are searched, harvested and remembered as all else of the record.
 */
export async function writeDocumentLinks(
  transaction: Transaction,
  analyzer: Analyzer,
  id: number,
  { person, reason, always }: DocumentChange,
): Promise<void> {
  const old = await lockRecord(transaction, id);
  if (old === undefined || old.deleted) return;
  const standing = await standingOf(transaction, old);
  const record = { leader: '', fields: [] };
  const links = await documentLinks(transaction, id);
  const incoming = { mode: 'append', record, identity: identify(record), ours: true, links } as const;
  const verdict = await decideChange(transaction, standing, incoming, { ...defaultRules, always });
  await carryOut(transaction, analyzer, { standing, incoming, verdict }, { reason, person, rules: defaultRules });
}
