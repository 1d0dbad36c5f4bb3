import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import { withCurrentBases } from '../../checks/current-bases.ts';
import { basesOf, type RuleFinding } from '../../checks/rules.ts';
import { questionsOf, recordsOf } from '../../checks/where.ts';
import type { RecordVersion } from '../../index/entry.ts';
import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import { versionsOf } from '../../index/stored-records.ts';
import { compileCheck } from '../../marc/checks/compile.ts';
import { checkSet } from '../../marc/checks/run.ts';
import type { CheckRule, Site } from '../../site/site.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import { beginWalk, endWalk, highestNumber, noteSeen, notSeen, type Walk } from '../walk.ts';

export const checksWalk = 'checks';
/** Of rules that are new or were changed: they look at all records. */
const newWalk = 'checks-new';

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly tell?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface RanChecks {
  readonly rules: number;
  /** Records that were looked at, by some rule or by all. */
  readonly records: number;
}

/**
 * What the rules of the night find in records that are new or changed since they ran, and of rules
 * that are new or changed in all. Findings of rules that are gone go. One at a time: see the lease
 * `checks`. It may be killed anywhere.
 */
export async function runChecks(
  database: Database,
  snapshot: IndexSnapshot,
  { signal, tell }: RunOptions = {},
): Promise<RanChecks> {
  const site = await withCurrentBases(database, snapshot.site);
  const rules = site.checks.filter(({ on }) => on.includes('nightly'));
  await forgetRules(database, rules);
  const before = new Map(
    (await database.query<{ name: string; digest: string }>(sql`SELECT name, digest FROM check_rule`)).map((row) => [
      row.name,
      row.digest,
    ]),
  );
  const named = rules.map((rule) => ({ rule, digest: ruleDigest(site, rule) }));
  const known = named.filter(({ rule, digest }) => before.get(rule.name) === digest);
  const fresh = named.filter((one) => !known.includes(one));
  let done = 0;
  const most = highestNumber(snapshot);
  const run = async (name: string, digest: string, some: readonly CheckRule[]): Promise<void> => {
    const walk = await beginWalk(database, { name, digest, most });
    const wanted = notSeen(walk, snapshot);
    const total = done + wanted.length;
    for await (const count of lookAt(database, snapshot, walk, wanted, site, some)) {
      signal?.throwIfAborted();
      done += count;
      tell?.({ done, total });
    }
  };
  if (known.length > 0)
    await run(
      checksWalk,
      '',
      known.map(({ rule }) => rule),
    );
  if (fresh.length > 0) {
    await run(
      newWalk,
      JSON.stringify(fresh.map(({ digest }) => digest)),
      fresh.map(({ rule }) => rule),
    );
    await settle(database, fresh);
  }
  await endWalk(database, checksWalk);
  return { rules: rules.length, records: done };
}

/** All that decides what a rule finds. */
function ruleDigest(site: Site, rule: CheckRule): string {
  const { name, check, where } = rule;
  const base = check.kind === 'enum' && check.base !== undefined ? [...(basesOf(site)(check.base) ?? [])] : [];
  const asked = where === undefined ? [] : questionsOf(site, rule);
  return createHash('sha256')
    .update(JSON.stringify([name, check, asked, base]))
    .digest('hex');
}

/** Findings of all rules but these. */
export async function forgetRules(database: Database, rules: readonly CheckRule[]): Promise<void> {
  const names = rules.map(({ name }) => name);
  await database.query(sql`DELETE FROM check_finding WHERE NOT rule = ANY (${names}::text[])`);
  await database.query(sql`DELETE FROM check_rule WHERE NOT name = ANY (${names}::text[])`);
}

/** They have looked at all that the others have looked at. */
async function settle(
  database: Database,
  fresh: readonly { readonly rule: CheckRule; readonly digest: string }[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(sql`DELETE FROM walked WHERE walk = ${checksWalk}`);
    await transaction.query(sql`UPDATE walked SET walk = ${checksWalk} WHERE walk = ${newWalk}`);
    await transaction.query(sql`DELETE FROM walk WHERE name = ${newWalk}`);
    await transaction.query(
      sql`INSERT INTO walk (name, digest) VALUES (${checksWalk}, '') ON CONFLICT (name) DO NOTHING`,
    );
    await transaction.query(sql`
      INSERT INTO check_rule (name, digest)
      SELECT * FROM unnest(${fresh.map(({ rule }) => rule.name)}::text[], ${fresh.map(({ digest }) => digest)}::text[])
      ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, ran = now()`);
  });
}

/** The number of records that were looked at, a part at a time, each committed. */
async function* lookAt(
  database: Database,
  snapshot: IndexSnapshot,
  walk: Walk,
  ids: readonly number[],
  site: Site,
  rules: readonly CheckRule[],
): AsyncGenerator<number> {
  const world = { base: basesOf(site), isThere: (id: number) => placeOf(snapshot, id) !== undefined };
  const run = checkSet(rules.map(({ check }) => compileCheck(check, world)));
  const about = rules.map((rule) => recordsOf(snapshot, rule));
  const names = rules.map(({ name }) => name);
  for await (const versions of versionsOf(database, ids)) {
    const found = versions.flatMap((version) => {
      const place = placeOf(snapshot, version.id);
      if (version.deleted || place === undefined) return [];
      return run(version.record)
        .filter(({ check }) => isAbout(about[check], place))
        .map(({ check, ...finding }) => rowOf(version, { ...finding, rule: rules[check]! }));
    });
    await database.transaction(
      async (transaction) => {
        await enter(transaction, names, versions, found);
        // One that was written again meanwhile is looked at again, since the view knows it as it
        // was.
        await noteSeen(
          transaction,
          walk,
          versions.map(({ id, revision }) => ({ id, revision: viewed(snapshot, id, revision) })),
        );
      },
      { timeout: 0 },
    );
    yield versions.length;
  }
}

interface Place {
  readonly segment: number;
  readonly ordinal: number;
}

function placeOf({ segments }: IndexSnapshot, id: number): Place | undefined {
  for (let at = 0; at < segments.length; at++) {
    const { segment, live } = segments[at]!;
    const ordinal = segment.ordinalOf(id);
    if (ordinal !== -1 && live.has(ordinal)) return { segment: at, ordinal };
  }
  return undefined;
}

function isAbout(hits: HitSet | undefined, { segment, ordinal }: Place): boolean {
  return hits === undefined || hits[segment]!.has(ordinal);
}

/** The revision that the snapshot has of a record. */
function viewed({ segments }: IndexSnapshot, id: number, otherwise: number): number {
  let revision = 0;
  for (const { segment } of segments) {
    const ordinal = segment.ordinalOf(id);
    if (ordinal !== -1) revision = Math.max(revision, segment.revisions[ordinal]!);
  }
  return revision === 0 ? otherwise : Math.min(revision, otherwise);
}

interface FindingRow {
  readonly rule: string;
  readonly record: number;
  readonly revision: number;
  readonly mark: string;
  readonly path: string;
  readonly finding: string;
  readonly fixable: boolean;
}

function rowOf({ id, revision }: RecordVersion, { rule, fault, path, text, to, patch }: RuleFinding): FindingRow {
  const mark = createHash('sha256')
    .update(JSON.stringify([fault, path, text, to]))
    .digest('base64url')
    .slice(0, 20);
  const finding = JSON.stringify({ fault, text, to });
  return {
    rule: rule.name,
    record: id,
    revision,
    mark,
    path,
    finding,
    fixable: patch !== undefined && rule.fix !== 'no',
  };
}

/** The same thing found twice in a record is told once. */
async function enter(
  transaction: Transaction,
  rules: readonly string[],
  versions: readonly RecordVersion[],
  found: readonly FindingRow[],
): Promise<void> {
  const rows = [...new Map(found.map((row) => [`${row.rule} ${row.record} ${row.mark}`, row])).values()];
  const ids = versions.map(({ id }) => id);
  const of = <K extends keyof FindingRow>(name: K): FindingRow[K][] => rows.map((row) => row[name]);
  await transaction.query(sql`
    DELETE FROM check_finding AS old WHERE record_id = ANY (${ids}::integer[]) AND rule = ANY (${[...rules]}::text[])
      AND NOT EXISTS (
        SELECT FROM unnest(${of('rule')}::text[], ${of('record')}::integer[], ${of('mark')}::text[]) AS found (rule, record, mark)
        WHERE found.rule = old.rule AND found.record = old.record_id AND found.mark = old.mark)`);
  if (rows.length === 0) return;
  await transaction.query(sql`
    INSERT INTO check_finding (rule, record_id, revision, mark, path, finding, fixable)
    SELECT rule, record, revision, mark, path, finding::jsonb, fixable
    FROM unnest(${of('rule')}::text[], ${of('record')}::integer[], ${of('revision')}::integer[], ${of('mark')}::text[],
      ${of('path')}::text[], ${of('finding')}::text[], ${of('fixable')}::boolean[])
      AS found (rule, record, revision, mark, path, finding, fixable)
    ON CONFLICT (rule, record_id, mark) DO UPDATE SET revision = excluded.revision, path = excluded.path,
      finding = excluded.finding, fixable = excluded.fixable`);
}

export async function rulesRan(database: Queryable): Promise<ReadonlyMap<string, Date>> {
  const rows = await database.query<{ name: string; ran: Date }>(sql`SELECT name, ran FROM check_rule`);
  return new Map(rows.map(({ name, ran }) => [name, ran]));
}

/** How many findings there are, of all people. */
export async function countAll(
  database: Queryable,
): Promise<readonly { readonly rule: string; readonly state: string; readonly count: number }[]> {
  return await database.query(
    sql`SELECT rule, state, count(*)::integer AS count FROM check_finding GROUP BY rule, state ORDER BY rule, state`,
  );
}
