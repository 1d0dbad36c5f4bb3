import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import { dataField } from '../../marc/record.ts';
import { lockRecord } from '../../records/change.ts';
import { editRecord } from '../../records/edit.ts';
import { rulesOf } from '../../records/next-version.ts';
import { doiOfScope, doiScope } from '../../site/doi-pattern.ts';
import type { Site } from '../../site/site.ts';
import type { Transaction } from '../../store/database.ts';
import { doiErrors } from './errors.ts';

export interface ReserveAsked {
  readonly site: Site;
  readonly id: number;
  readonly person: string | undefined;
}

export interface Reserved {
  readonly doi: string;
  /** False: the record had it already. */
  readonly isNew: boolean;
}

/**
 * Makes a DOI for a record and writes it into the record, in one transaction; nobody is told of it
 * yet. A record has one at most. Throws UserError when there is no such record.
 */
export async function reserveDoi(
  transaction: Transaction,
  analyzer: Analyzer,
  { site, id, person }: ReserveAsked,
): Promise<Reserved> {
  const { dois } = site;
  if (dois === undefined) throw new UserError(doiErrors.notOffered);
  const old = await lockRecord(transaction, id);
  if (old === undefined || old.deleted) throw new UserError(doiErrors.noRecord, { id });
  const [known] = await transaction.query<{ doi: string }>(
    sql`SELECT doi FROM doi WHERE record_id = ${id} ORDER BY reserved LIMIT 1`,
  );
  if (known !== undefined) return { doi: known.doi, isNew: false };
  const doi = await nextDoi(transaction, doiScope(dois, new Date().getUTCFullYear()));
  await transaction.query(sql`INSERT INTO doi (doi, record_id, person) VALUES (${doi}, ${id}, ${person ?? null})`);
  // It is looked at soon, and not when the library has changed for a while.
  await transaction.query(sql`UPDATE doi_pass SET seen = '', at = to_timestamp(0)`);
  const field = dataField('024', '7', ' ', [
    { code: 'a', value: doi },
    { code: '2', value: 'doi' },
  ]);
  const edited = await editRecord(transaction, analyzer, {
    ...{ id, base: old.revision, record: { leader: '', fields: [field] }, mode: 'append', merge: false },
    ...{ person, reason: 'reserve a DOI', rules: { ...rulesOf(site), hidden: 'keep', always: false } },
  });
  if (edited.kind === 'conflict' || edited.kind === 'gone') throw new UserError(doiErrors.noRecord, { id });
  return { doi, isNew: true };
}

/** The next number that no record has; the row is locked until the end of the transaction. */
async function nextDoi(transaction: Transaction, scope: string): Promise<string> {
  for (;;) {
    const [row] = await transaction.query<{ last: number }>(sql`
      INSERT INTO doi_number AS known (scope, last) VALUES (${scope}, 1)
      ON CONFLICT (scope) DO UPDATE SET last = known.last + 1 RETURNING last`);
    const doi = doiOfScope(scope, row!.last);
    const taken = await transaction.query(sql`
      SELECT FROM doi WHERE doi = ${doi} UNION ALL SELECT FROM identifier WHERE kind = 'doi' AND value = ${doi}`);
    if (taken.length === 0) return doi;
  }
}
