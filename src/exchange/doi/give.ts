import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import { dataField } from '../../marc/record.ts';
import { lockRecord } from '../../records/change.ts';
import { editRecord } from '../../records/edit.ts';
import { rulesOf } from '../../records/next-version.ts';
import type { Site } from '../../site/site.ts';
import type { Transaction } from '../../store/database.ts';
import { doiErrors } from './errors.ts';

export interface GiveAsked {
  readonly site: Site;
  readonly id: number;
  readonly doi: string;
  readonly person: string | undefined;
  /** For the history. */
  readonly reason: string;
}

/** Writes a DOI of the library into a record, which it leads to from now on. Throws `noRecord`. */
export async function giveDoi(
  transaction: Transaction,
  analyzer: Analyzer,
  { site, id, doi, person, reason }: GiveAsked,
): Promise<void> {
  const old = await lockRecord(transaction, id);
  if (old === undefined || old.deleted) throw new UserError(doiErrors.noRecord, { id });
  await transaction.query(sql`
    INSERT INTO doi AS known (doi, record_id, person) VALUES (${doi}, ${id}, ${person ?? null})
    ON CONFLICT (doi) DO UPDATE SET record_id = ${id}, problem = NULL, sent_revision = NULL, due = now(), since = now()
    WHERE known.record_id = 0`);
  // It is looked at soon, and not when the library has changed for a while.
  await transaction.query(sql`UPDATE doi_pass SET seen = '', at = to_timestamp(0)`);
  const field = dataField('024', '7', ' ', [
    { code: 'a', value: doi },
    { code: '2', value: 'doi' },
  ]);
  const edited = await editRecord(transaction, analyzer, {
    ...{ id, base: old.revision, record: { leader: '', fields: [field] }, mode: 'append', merge: false },
    ...{ person, reason, rules: { ...rulesOf(site), hidden: 'keep', always: false } },
  });
  if (edited.kind === 'conflict' || edited.kind === 'gone') throw new UserError(doiErrors.noRecord, { id });
}
