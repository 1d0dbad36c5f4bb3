/**
 * DOIs that were made after the backup that was restored: the library has forgotten them, and
 * readers have not. Their numbers are given to nobody else, and the agency is asked which it has:
 * a record gets its own back, and one that belongs to no record here is told of.
 */
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import { inSavepoint } from '../../records/upload.ts';
import { inTransaction } from '../../records/write.ts';
import { doiOfScope, doiScope } from '../../site/doi-pattern.ts';
import type { DoiSettings, Site } from '../../site/site.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import type { DataCiteClient, DoiAnswer } from './client.ts';
import { type GiveAsked, giveDoi } from './give.ts';

/** Numbers that are passed over after a restore: those of DOIs that nobody was told of yet. */
const passedOver = 1_000;
/** So many numbers in a row that the agency does not know are the end. */
const mostMissing = 100;
/** Questions of a pass; the next one goes on. */
const mostAsked = 500;

/** Sees to it that the next number of a row was given to nobody before a restore. */
export async function passOverLost(
  transaction: Queryable,
  dois: Pick<DoiSettings, 'prefix' | 'pattern'>,
  year: number,
): Promise<void> {
  // A row of a year that began after the restore has lost nothing.
  const begins = new Date(Date.UTC(dois.pattern.includes('{year}') ? year : 1970, 0));
  await transaction.query(sql`
    INSERT INTO doi_number (scope, last, timeline, lost_from)
    SELECT ${doiScope(dois, year)}, CASE WHEN lost THEN ${passedOver}::integer ELSE 0 END, timeline, CASE WHEN lost THEN 1 END
    FROM (SELECT timeline, EXISTS (SELECT FROM restored WHERE began >= ${begins}) AS lost FROM library) AS found
    ON CONFLICT (scope) DO NOTHING`);
  await transaction.query(sql`
    UPDATE doi_number SET lost_from = coalesce(lost_from, last + 1), last = last + ${passedOver}, timeline = library.timeline
    FROM library WHERE doi_number.timeline IS DISTINCT FROM library.timeline`);
}

export interface LostContext {
  readonly database: Database;
  readonly site: Site;
  readonly dois: DoiSettings;
  readonly analyzer: Analyzer;
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly log: (level: 'info' | 'warn', sentence: string) => void;
}

/** Why it is to be gone on later; undefined: all were looked for. */
export async function findLost(context: LostContext, client: DataCiteClient): Promise<string | undefined> {
  const { database, dois, signal } = context;
  await inTransaction(database, (transaction) => passOverLost(transaction, dois, new Date().getUTCFullYear()));
  let asked = 0;
  const rows = await database.query<{ scope: string; from: number }>(
    sql`SELECT scope, lost_from AS from FROM doi_number WHERE lost_from IS NOT NULL ORDER BY scope`,
  );
  for (const { scope, from } of rows) {
    let missing = 0;
    for (let number = from; missing < mostMissing; number++) {
      signal.throwIfAborted();
      if (asked++ >= mostAsked) return 'DOIs that were made before the restore are still looked for.';
      const answer = await client.get(doiOfScope(scope, number));
      if (answer.kind === 'refused') return answer.problem;
      missing = answer.kind === 'missing' ? missing + 1 : 0;
      if (answer.kind === 'missing') continue;
      await inTransaction(database, (transaction) => takeBack(transaction, context, { scope, number, answer }));
    }
    await database.query(sql`UPDATE doi_number SET lost_from = NULL WHERE scope = ${scope}`);
  }
  return undefined;
}

interface Found {
  readonly scope: string;
  readonly number: number;
  readonly answer: Extract<DoiAnswer, { kind: 'told' }>;
}

async function takeBack(
  transaction: Transaction,
  { site, analyzer, baseUrl, log }: LostContext,
  { scope, number, answer }: Found,
): Promise<void> {
  const doi = doiOfScope(scope, number);
  await transaction.query(sql`
    UPDATE doi_number SET last = greatest(last, ${number}), lost_from = ${number + 1} WHERE scope = ${scope}`);
  const { state, url } = answer;
  const added = await transaction.query(sql`
    INSERT INTO doi (doi, record_id, state, wanted) VALUES (${doi}, 0, ${state}, ${state})
    ON CONFLICT DO NOTHING RETURNING doi`);
  if (added.length === 0) return;
  const record = /^\d{1,9}$/.exec(url?.startsWith(`${baseUrl}/record/`) ? url.slice(`${baseUrl}/record/`.length) : '');
  const id = record === null ? undefined : await recordOfThen(transaction, Number(record[0]));
  const given = { site, doi, person: undefined, reason: 'DOI made before a restore' };
  if (id !== undefined && (await isGiven(transaction, analyzer, { ...given, id }))) {
    log('info', `Record ${id} has its DOI ${doi} again, which was made after the backup.`);
    return;
  }
  const problem = `It was made after the backup that was restored, and led to ${url ?? 'no address'}: \`reperio doi reserve RECORD --doi ${doi}\` gives it to a record.`;
  // Nothing is sent of what no record has.
  await transaction.query(
    sql`UPDATE doi SET problem = ${problem}, due = now() + interval '1000 years' WHERE doi = ${doi}`,
  );
  log('warn', `${doi}: ${problem}`);
}

/** False: the record takes no field. */
async function isGiven(transaction: Transaction, analyzer: Analyzer, asked: GiveAsked): Promise<boolean> {
  try {
    await inSavepoint(transaction, () => giveDoi(transaction, analyzer, asked));
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/**
 * A record of this number that was there when the backup was made, and has no DOI: a later one may
 * be another than the one that had it.
 */
async function recordOfThen(transaction: Queryable, id: number): Promise<number | undefined> {
  const [row] = await transaction.query<{ id: number }>(sql`
    SELECT id FROM record WHERE id = ${id} AND NOT deleted AND created <= (SELECT max(at) FROM restored)
      AND NOT EXISTS (SELECT FROM doi WHERE record_id = record.id)`);
  return row?.id;
}
