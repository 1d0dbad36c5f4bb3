import sql from 'sql-template-tag';
import { mayEdit } from '../../access/may-edit.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import type { Person } from '../../people/person.ts';
import type { Queryable } from '../../store/database.ts';

/** Two records that may be the same; a < b. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  /** From 0 to 1. */
  readonly score: number;
  readonly verdict: 'same' | 'perhaps';
}

/** Records that are together by pairs. */
export interface Cluster {
  /** Ascending. */
  readonly records: readonly number[];
  /** The best first. */
  readonly pairs: readonly Pair[];
  readonly score: number;
}

/** More are not looked at: the best come first. */
export const mostPairs = 200_000;

/** Those of which nobody has said that they are not the same, the best first; of all people. */
export async function openPairs(database: Queryable, limit = mostPairs): Promise<readonly Pair[]> {
  return await database.query<Pair>(sql`
    SELECT a, b, score::float8 AS score, verdict FROM duplicate_pair
    WHERE NOT EXISTS (SELECT FROM not_same WHERE not_same.a = duplicate_pair.a AND not_same.b = duplicate_pair.b)
    ORDER BY score DESC, a, b LIMIT ${limit}`);
}

/** Pairs of which a person may see and change both records, as groups; the best first. */
export function* clustersFor(
  person: Person,
  snapshot: IndexSnapshot,
  pairs: readonly Pair[],
): Work<readonly Cluster[]> {
  const rights = new Map<number, boolean>();
  const mine = (id: number): boolean => {
    const known = rights.get(id);
    if (known !== undefined) return known;
    const found = mayEdit(person, snapshot, id);
    rights.set(id, found);
    return found;
  };
  const shown: Pair[] = [];
  for (const pair of pairs) {
    yield;
    if (mine(pair.a) && mine(pair.b)) shown.push(pair);
  }
  return joined(shown);
}

function joined(pairs: readonly Pair[]): readonly Cluster[] {
  const parents = new Map<number, number>();
  const rootOf = (id: number): number => {
    let root = id;
    while (parents.has(root)) root = parents.get(root)!;
    // The way is short for the next one.
    for (let at = id; at !== root; ) {
      const next = parents.get(at)!;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  for (const { a, b } of pairs) {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one !== other) parents.set(Math.max(one, other), Math.min(one, other));
  }
  const groups = Map.groupBy(pairs, ({ a }) => rootOf(a));
  return [...groups.values()].map((own) => ({
    records: [...new Set(own.flatMap(({ a, b }) => [a, b]))].sort((one, other) => one - other),
    pairs: own,
    score: own[0]!.score,
  }));
}

/** That two records are not the same, by whom and when. */
export interface NotSame {
  readonly a: number;
  readonly b: number;
  readonly person: string | undefined;
  readonly at: Date;
}

function ordered(one: number, other: number): readonly [a: number, b: number] {
  return one < other ? [one, other] : [other, one];
}

/** False: it was said before. */
export async function sayNotSame(
  database: Queryable,
  one: number,
  other: number,
  person: string | undefined,
): Promise<boolean> {
  const [a, b] = ordered(one, other);
  const rows = await database.query(sql`
    INSERT INTO not_same (a, b, person) VALUES (${a}, ${b}, ${person ?? null}) ON CONFLICT DO NOTHING RETURNING 1`);
  return rows.length > 0;
}

/** False: nobody had said so. */
export async function takeBackNotSame(database: Queryable, one: number, other: number): Promise<boolean> {
  const [a, b] = ordered(one, other);
  return (await database.query(sql`DELETE FROM not_same WHERE a = ${a} AND b = ${b} RETURNING 1`)).length > 0;
}

/** The newest first; of all people. */
export async function listNotSame(database: Queryable, limit: number): Promise<readonly NotSame[]> {
  const rows = await database.query<Omit<NotSame, 'person'> & { readonly person: string | null }>(
    sql`SELECT a, b, person, at FROM not_same ORDER BY at DESC, a, b LIMIT ${limit}`,
  );
  return rows.map((row) => ({ ...row, person: row.person ?? undefined }));
}
