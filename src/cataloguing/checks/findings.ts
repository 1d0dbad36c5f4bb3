import sql from 'sql-template-tag';
import { mayEdit } from '../../access/may-edit.ts';
import { changesEverything } from '../../access/write-guard.ts';
import { touchesHidden } from '../../checks/rules.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import type { Fault } from '../../marc/checks/rule.ts';
import { may, type Person } from '../../people/person.ts';
import type { Queryable } from '../../store/database.ts';

export const findingStates = ['open', 'accepted', 'ignored'] as const;
export type FindingState = (typeof findingStates)[number];

export interface KeptFinding {
  readonly id: number;
  readonly rule: string;
  readonly record: number;
  readonly revision: number;
  readonly path: string;
  readonly fault: Fault;
  readonly text: string;
  readonly to: string;
  readonly fixable: boolean;
  readonly state: FindingState;
  readonly decidedBy: string | undefined;
}

export interface FindingsAsked {
  readonly rule?: string | undefined;
  readonly state?: FindingState | undefined;
  readonly record?: number | undefined;
  readonly fixable?: boolean | undefined;
  readonly ids?: readonly number[] | undefined;
  /** Only behind this record and finding. */
  readonly after?: { readonly record: number; readonly id: number } | undefined;
  readonly limit: number;
  /** Of `seenFindings`: how many are read to find those of a person. */
  readonly mostRead?: number;
}

/** By record; of all people: see `seenFindings`. */
export async function listFindings(database: Queryable, asked: FindingsAsked): Promise<readonly KeptFinding[]> {
  const { rule = null, state = null, record = null, fixable = null, ids, after, limit } = asked;
  const rows = await database.query<Omit<KeptFinding, 'decidedBy'> & { readonly decidedBy: string | null }>(sql`
    SELECT id::float8 AS id, rule, record_id AS record, revision, path, finding ->> 'fault' AS fault, finding ->> 'text' AS text,
      finding ->> 'to' AS "to", fixable, state, decided_by AS "decidedBy"
    FROM check_finding
    WHERE (${rule}::text IS NULL OR rule = ${rule}) AND (${state}::text IS NULL OR state = ${state})
      AND (${record}::integer IS NULL OR record_id = ${record}::integer)
      AND (${fixable}::boolean IS NULL OR fixable = ${fixable}::boolean)
      AND (${ids === undefined} OR id = ANY (${[...(ids ?? [])]}::bigint[]))
      AND record_id >= ${after?.record ?? 0}::integer AND (record_id, id) > (${after?.record ?? 0}::integer, ${after?.id ?? 0}::bigint)
    ORDER BY record_id, id LIMIT ${limit}`);
  return rows.map((row) => ({ ...row, decidedBy: row.decidedBy ?? undefined }));
}

/**
 * What findings are told of to whom: of records that they may change, and nothing that is hidden
 * from them.
 */
export function findingFilter(
  person: Person,
  snapshot: IndexSnapshot,
): (finding: Pick<KeptFinding, 'record' | 'path' | 'fault' | 'to'>) => boolean {
  const { site } = snapshot;
  const isHidden = may(site, person, 'viewhiddenpaths') ? () => false : touchesHidden(site);
  const rights = new Map<number, boolean>();
  const mine = (record: number): boolean => {
    const known = rights.get(record);
    if (known !== undefined) return known;
    const found = mayEdit(person, snapshot, record);
    rights.set(record, found);
    return found;
  };
  return ({ record, path, fault, to }) =>
    !isHidden(path) && !(fault === 'missing' && to.split(', ').some(isHidden)) && mine(record);
}

export interface RuleCount {
  readonly rule: string;
  readonly state: FindingState;
  readonly count: number;
}

const countedAtOnce = 40_000;
/** More are not counted one by one. */
export const mostCounted = 200_000;

/**
 * How many findings of each rule and state a person is told of. Who may change every record and
 * sees all of it is told what the database counts; of records deleted since the last run too.
 */
export async function countFindings(
  database: Queryable,
  person: Person,
  snapshot: IndexSnapshot,
  work: <T>(what: Work<T>) => Promise<T>,
): Promise<readonly RuleCount[]> {
  if (changesEverything(person, snapshot) && may(snapshot.site, person, 'viewhiddenpaths'))
    return await database.query<RuleCount>(
      sql`SELECT rule, state, count(*)::integer AS count FROM check_finding GROUP BY rule, state ORDER BY rule, state`,
    );
  const counts = new Map<string, { rule: string; state: FindingState; count: number }>();
  const isMine = findingFilter(person, snapshot);
  let after: FindingsAsked['after'];
  for (let counted = 0; counted < mostCounted; counted += countedAtOnce) {
    const rows = await listFindings(database, { after, limit: countedAtOnce });
    await work(countInto(counts, rows, isMine));
    const last = rows.at(-1);
    if (last === undefined || rows.length < countedAtOnce) break;
    after = last;
  }
  return [...counts.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

function* countInto(
  counts: Map<string, { rule: string; state: FindingState; count: number }>,
  rows: readonly KeptFinding[],
  isMine: (finding: KeptFinding) => boolean,
): Work<void> {
  for (const row of rows) {
    yield;
    if (!isMine(row)) continue;
    const key = `${row.rule} ${row.state}`;
    const known = counts.get(key) ?? { rule: row.rule, state: row.state, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
}

const mostAtOnce = 40_000;

export interface FindingPage {
  readonly findings: readonly KeptFinding[];
  /** Undefined: there are no more. */
  readonly next: FindingsAsked['after'];
}

/** The next of those that a person is told of. */
export async function seenFindings(
  database: Queryable,
  isMine: (finding: KeptFinding) => boolean,
  asked: FindingsAsked,
): Promise<FindingPage> {
  const found: KeptFinding[] = [];
  let { after } = asked;
  // Of many that are not theirs more are read at a time.
  for (let read = 0, limit = Math.max(asked.limit + 1, 1_000); ; limit = Math.min(limit * 4, mostAtOnce)) {
    const rows = await listFindings(database, { ...asked, after, limit });
    for (const row of rows) {
      if (!isMine(row)) continue;
      if (found.length === asked.limit) return { findings: found, next: found.at(-1) };
      found.push(row);
    }
    after = rows.at(-1);
    read += rows.length;
    const isEnd = rows.length < limit || read >= (asked.mostRead ?? Number.POSITIVE_INFINITY);
    if (isEnd) return { findings: found, next: undefined };
  }
}

/** How many changed. `by`: who, for the list. */
export async function decideFindings(
  database: Queryable,
  ids: readonly number[],
  state: FindingState,
  by: string,
): Promise<number> {
  if (ids.length === 0) return 0;
  const rows = await database.query(sql`
    UPDATE check_finding SET state = ${state}, decided = now(), decided_by = ${by}
    WHERE id = ANY (${[...ids]}::bigint[]) AND state <> ${state} RETURNING 1`);
  return rows.length;
}

/** What `RecordsFound` says, of a rule or of all ("*"). */
export async function recordsFound(
  database: Queryable,
  rule: string,
  person: Person,
  snapshot: IndexSnapshot,
): Promise<readonly number[]> {
  if (changesEverything(person, snapshot) && may(snapshot.site, person, 'viewhiddenpaths')) {
    const rows = await database.query<{ id: number }>(sql`
      SELECT DISTINCT record_id AS id FROM check_finding WHERE state = 'open' AND (${rule} = '*' OR rule = ${rule})`);
    return rows.map(({ id }) => id);
  }
  const isMine = findingFilter(person, snapshot);
  const found = new Set<number>();
  const asked = { state: 'open', limit: mostAtOnce, ...(rule !== '*' && { rule }) } as const;
  let after: FindingsAsked['after'];
  do {
    const rows = await listFindings(database, { ...asked, after });
    for (const row of rows) if (!found.has(row.record) && isMine(row)) found.add(row.record);
    after = rows.length < mostAtOnce ? undefined : rows.at(-1);
    await new Promise((go) => setImmediate(go));
  } while (after !== undefined);
  return [...found];
}
