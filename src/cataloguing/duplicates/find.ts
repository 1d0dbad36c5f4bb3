import sql from 'sql-template-tag';
import { judge, type MatchFacts, matchFacts, scoreOf, similarity } from '../../description/similarity.ts';
import type { RecordVersion } from '../../index/entry.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { versionsOf } from '../../index/stored-records.ts';
import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import { beginWalk, endWalk, highestNumber, noteSeen, notSeen } from '../walk.ts';
import { matchKeys } from './keys.ts';

export const duplicatesWalk = 'duplicates';

export interface FindOptions {
  readonly signal?: AbortSignal;
  readonly tell?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Records of a transaction; for tests. */
  readonly atOnce?: number;
}

export interface Looked {
  /** Records that were new or changed since the last time. */
  readonly records: number;
  /** Pairs that were found among them, and between them and others. */
  readonly pairs: number;
}

/** Raised when records are compared in another way. */
const method = 1;
/** A record is compared with so many others for each key, the newest: "Annual report" has none. */
const mostWithKey = 20;
const mostAtOnce = 2_000;

interface Facts {
  readonly id: number;
  readonly revision: number;
  /** Undefined: it is deleted. */
  readonly facts: MatchFacts | undefined;
  readonly keys: readonly number[];
}

/**
 * Compares all records that are new or changed since the last time with those that share an
 * identifier with them, or title, year and first author. What is hidden is not looked at, so that
 * nothing is told of it. One at a time: see the lease `duplicates`. It may be killed anywhere.
 */
export async function findDuplicates(
  database: Database,
  snapshot: IndexSnapshot,
  { signal, tell, atOnce = mostAtOnce }: FindOptions = {},
): Promise<Looked> {
  const { hiddenPaths } = snapshot.site;
  const hidden = hiding(hiddenPaths.map(compilePath));
  const digest = JSON.stringify([method, hiddenPaths]);
  const walk = await beginWalk(
    database,
    { name: duplicatesWalk, digest, most: highestNumber(snapshot) },
    async (transaction) => {
      await transaction.query(sql`TRUNCATE duplicate_key, duplicate_pair`);
    },
  );
  const wanted = notSeen(walk, snapshot);
  let done = 0;
  let pairs = 0;
  for await (const read of ahead(factsIn(database, wanted, hidden, atOnce))) {
    signal?.throwIfAborted();
    pairs += await database.transaction(
      async (transaction) => {
        const found = await compare(transaction, read, hidden);
        await noteSeen(transaction, walk, read);
        return found;
      },
      { timeout: 0 },
    );
    done += read.length;
    tell?.({ done, total: wanted.length });
  }
  await endWalk(database, duplicatesWalk);
  return { records: done, pairs };
}

async function* factsIn(
  database: Queryable,
  ids: readonly number[],
  hidden: Hiding,
  atOnce: number,
): AsyncGenerator<readonly Facts[]> {
  for await (const versions of versionsOf(database, ids))
    for (let at = 0; at < versions.length; at += atOnce)
      yield versions.slice(at, at + atOnce).map((version) => factsOf(version, hidden));
}

/** The same, each made while the one before is worked on. */
async function* ahead<T>(list: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = list.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = list.next();
      // Its failure is told when its turn comes.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await list.return(undefined);
  }
}

function factsOf({ id, revision, deleted, record }: RecordVersion, hidden: Hiding): Facts {
  if (deleted) return { id, revision, facts: undefined, keys: [] };
  const facts = matchFacts(hidden(record));
  return { id, revision, facts, keys: matchKeys(facts) };
}

type Hiding = (record: MarcRecord) => MarcRecord;

/** Most records have no field that could be hidden: their tags alone say so. */
function hiding(paths: readonly MarcPath[]): Hiding {
  if (paths.length === 0) return (record) => record;
  const meant = new Map<string, boolean>();
  const isMeant = (tag: string): boolean => {
    const known = meant.get(tag);
    if (known !== undefined) return known;
    const found = tag === '880' || paths.some((path) => path.matchesTag(tag));
    if (meant.size < 10_000) meant.set(tag, found);
    return found;
  };
  return (record) => (record.fields.some(({ tag }) => isMeant(tag)) ? withoutPaths(record, paths) : record);
}

async function compare(transaction: Transaction, read: readonly Facts[], hidden: Hiding): Promise<number> {
  const ids = read.map(({ id }) => id);
  await transaction.query(
    sql`DELETE FROM duplicate_pair WHERE a = ANY (${ids}::integer[]) OR b = ANY (${ids}::integer[])`,
  );
  const candidates = await candidatesOf(transaction, read);
  const known = new Map(read.map((one) => [one.id, one]));
  const missing = [...new Set(candidates.map(({ other }) => other))].filter((id) => !known.has(id));
  for await (const versions of versionsOf(transaction, missing))
    for (const version of versions) known.set(version.id, factsOf(version, hidden));
  const pairs = new Map<string, { a: number; b: number; score: number; verdict: string }>();
  for (const { id, other } of candidates) {
    const [a, b] = id < other ? [id, other] : [other, id];
    const [one, two] = [known.get(a)?.facts, known.get(b)?.facts];
    if (one === undefined || two === undefined || pairs.has(`${a} ${b}`)) continue;
    const found = similarity(one, two);
    const verdict = judge(found, 'normal');
    if (verdict !== 'other') pairs.set(`${a} ${b}`, { a, b, score: scoreOf(found), verdict });
  }
  const rows = [...pairs.values()];
  if (rows.length > 0)
    await transaction.query(sql`
      INSERT INTO duplicate_pair (a, b, score, verdict)
      SELECT * FROM unnest(${rows.map(({ a }) => a)}::integer[], ${rows.map(({ b }) => b)}::integer[],
        ${rows.map(({ score }) => score)}::real[], ${rows.map(({ verdict }) => verdict)}::text[])
      ON CONFLICT (a, b) DO UPDATE SET score = excluded.score, verdict = excluded.verdict`);
  return rows.length;
}

interface Candidate {
  readonly id: number;
  readonly other: number;
}

/** Enters the keys of these records, and gives the others that have one of them. */
async function candidatesOf(transaction: Queryable, read: readonly Facts[]): Promise<readonly Candidate[]> {
  const ids: number[] = [];
  const keys: number[] = [];
  for (const one of read)
    for (const key of one.keys) {
      ids.push(one.id);
      keys.push(key);
    }
  if (keys.length === 0) return [];
  // As PostgreSQL writes them: the driver looks at each number for what is to be quoted.
  const [keyList, idList] = [`{${keys.join()}}`, `{${ids.join()}}`];
  await transaction.query(sql`
    INSERT INTO duplicate_key (key, record_id)
    SELECT key, id FROM unnest(${keyList}::bigint[], ${idList}::integer[]) AS brought (key, id) ORDER BY key
    ON CONFLICT DO NOTHING`);
  return await transaction.query<Candidate>(sql`
    SELECT brought.id, found.record_id AS other
    FROM unnest(${keyList}::bigint[], ${idList}::integer[]) AS brought (key, id)
    CROSS JOIN LATERAL (
      SELECT record_id FROM duplicate_key WHERE duplicate_key.key = brought.key AND record_id <> brought.id
      ORDER BY record_id DESC LIMIT ${mostWithKey}) AS found`);
}
