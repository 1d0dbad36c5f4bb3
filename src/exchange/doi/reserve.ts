import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import { lockRecord } from '../../records/change.ts';
import { doiOfScope, doiScope } from '../../site/doi-pattern.ts';
import type { DoiSettings, Site } from '../../site/site.ts';
import type { Transaction } from '../../store/database.ts';
import { doiErrors } from './errors.ts';
import { giveDoi } from './give.ts';
import { passOverLost } from './restored.ts';

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
  const doi = await nextDoi(transaction, dois, new Date().getUTCFullYear());
  await giveDoi(transaction, analyzer, { site, id, doi, person, reason: 'reserve a DOI' });
  return { doi, isNew: true };
}

/**
 * Gives a record a DOI that the library made before it was restored, and that no record has here.
 */
export async function reserveLost(
  transaction: Transaction,
  analyzer: Analyzer,
  { site, id, person, doi: asked }: ReserveAsked & { readonly doi: string },
): Promise<Reserved> {
  const doi = asked.toLowerCase();
  const [known] = await transaction.query<{ record: number }>(
    sql`SELECT record_id AS record FROM doi WHERE doi = ${doi} FOR UPDATE`,
  );
  if (known === undefined) throw new UserError(doiErrors.unknown, { doi });
  if (known.record === id) return { doi, isNew: false };
  if (known.record !== 0) throw new UserError(doiErrors.taken, { doi, record: known.record });
  await giveDoi(transaction, analyzer, { site, id, doi, person, reason: 'reserve a DOI' });
  return { doi, isNew: true };
}

/** The next number that no record has; the row is locked until the end of the transaction. */
async function nextDoi(transaction: Transaction, dois: DoiSettings, year: number): Promise<string> {
  const scope = doiScope(dois, year);
  await passOverLost(transaction, dois, year);
  for (;;) {
    const [row] = await transaction.query<{ last: number }>(sql`
      UPDATE doi_number SET last = last + 1 WHERE scope = ${scope} RETURNING last`);
    const doi = doiOfScope(scope, row!.last);
    const taken = await transaction.query(sql`
      SELECT FROM doi WHERE doi = ${doi} UNION ALL SELECT FROM identifier WHERE kind = 'doi' AND value = ${doi}`);
    if (taken.length === 0) return doi;
  }
}
