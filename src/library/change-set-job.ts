import sql from 'sql-template-tag';
import { guardFor } from '../access/write-guard.ts';
import { type ChangeSet, lockChangeSet, readChangeSet, setState } from '../cataloguing/change-sets.ts';
import { countOutcomes, deriveOutcomes, type OutcomeCounts, reasonOf } from '../cataloguing/outcomes.ts';
import { onlyCorrects, type PlannedRecord, plannedRecords, touchesSource } from '../cataloguing/planned.ts';
import { changesAllAtOnce } from '../cataloguing/selection.ts';
import { withCurrentBases } from '../checks/current-bases.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { countVerb, grouped } from '../errors/grouped.ts';
import { openContentStore } from '../files/open.ts';
import { receive } from '../files/receive.ts';
import { type Analyzer, compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import { compilePath, type MarcPath } from '../marc/path.ts';
import { toMarcJson } from '../marc/writers/json.ts';
import { requireAccount } from '../people/people.ts';
import { may, type Person } from '../people/person.ts';
import { personFor } from '../people/person-for.ts';
import { readPeopleRoles } from '../people/roles.ts';
import type { Scope } from '../people/scopes.ts';
import type { WriteGuard } from '../records/change.ts';
import { incomingChecksOf } from '../records/check-incoming.ts';
import { editRecord } from '../records/edit.ts';
import { holdRecord } from '../records/hold.ts';
import { load } from '../records/load/load.ts';
import { type ChangeRules, rulesOf } from '../records/next-version.ts';
import { inTransaction } from '../records/write.ts';
import { currentSite } from '../site/versions.ts';
import type { Database, Transaction } from '../store/database.ts';
import { isAsked } from '../store/events.ts';
import { indexFolderOf } from './index-folder.ts';

export interface ChangeSetArguments {
  readonly changeSet: number;
  readonly undo: boolean;
  /** It was asked for at a terminal, where everything is allowed. */
  readonly operator?: boolean;
  /** Of the token with which it was asked for. */
  readonly scopes?: readonly Scope[];
}

const recordsFile = 'records';
const batchBytes = 80_000_000;
/** More are written by a load, which begins more slowly and writes faster. */
const mostOneByOne = 100;
/** In one transaction. */
const recordsAtOnce = 50;

interface Context {
  readonly job: RunningJob;
  readonly database: Database;
  readonly url: string;
  readonly settings: Settings;
  readonly given: ChangeSetArguments;
  readonly set: ChangeSet;
  readonly hidden: readonly MarcPath[];
  readonly total: number;
}

/**
 * Writes what a change set, or its undoing, makes of its records, each from the version that it was
 * made from.
 */
export async function runChangeSet(
  job: RunningJob,
  database: Database,
  url: string,
  settings: Settings,
): Promise<Outcome> {
  const given = job.arguments as unknown as ChangeSetArguments;
  const { changeSet: id, undo } = given;
  const set = await readChangeSet(database, id);
  const { site, number } = await currentSite(database);
  // Of an empty index: of each record is asked by itself.
  const snapshot: IndexSnapshot = { version: '', site, siteVersion: number, segments: [], records: 0 };
  const person = await personOf(database, snapshot, job.person, given);
  const hidden = may(site, person, 'viewhiddenpaths') ? [] : site.hiddenPaths.map(compilePath);
  const total = await countPlanned(database, id, undo);
  const context = { job, database, url, settings, given, set, hidden, total };
  const isBulk = total > mostOneByOne && changesAllAtOnce(person, snapshot) && !touchesSource(set.task);
  if (isBulk) await inBulk(context);
  else {
    const current = await withCurrentBases(database, site);
    const checks = isLookedAt(context) ? incomingChecksOf(current, hidden.length > 0) : undefined;
    const rules = { ...rulesOf(site), hidden: hidden.length === 0 ? 'drop' : 'keep', always: false, checks } as const;
    const exact = { ...rules, modes: { ...rules.modes, strongTags: [] } };
    const guard = guardFor(person, snapshot, ['runbibeditmulti']);
    await oneByOne(context, compileAnalyzer(site), { rules: exact, guard, person: person.name });
  }
  const counts = await end(database, id, undo);
  const did = `${countsText(counts)}.`;
  const { refused = 0, held = 0 } = counts;
  const trouble = [
    ...(refused === 0 ? [] : [`${countVerb(refused, 'was', 'were')} refused: "reperio edit show ${id}" says which.`]),
    ...(held === 0 ? [] : [`${grouped(held)} wait for a person: reperio held list.`]),
  ];
  return trouble.length === 0 ? { did } : { did, problem: trouble.join(' ') };
}

/** Roles by network do not hold here: nobody knows from where a job comes. */
async function personOf(
  database: Database,
  { site }: IndexSnapshot,
  name: string | undefined,
  { operator, scopes }: ChangeSetArguments,
): Promise<Person> {
  if (operator === true) return { name, roles: ['superadmin'] };
  const account = name === undefined ? undefined : await requireAccount(database, name);
  const visit = { address: undefined, agent: undefined, referer: undefined, uri: undefined, now: Date.now() };
  return personFor(site, await readPeopleRoles(database), account, visit, scopes);
}

async function countPlanned(database: Database, id: number, undo: boolean): Promise<number> {
  const which = undo ? sql`to_revision IS NOT NULL` : sql`NOT left_out`;
  const [row] = await database.query<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM change_set_record WHERE change_set_id = ${id} AND ${which}`,
  );
  return row!.count;
}

/**
 * Rules do not look at what was there before, which is there again, and at corrections of what they
 * found.
 */
function isLookedAt({ given, set }: Pick<Context, 'given' | 'set'>): boolean {
  return !given.undo && !onlyCorrects(set.task);
}

async function inBulk(context: Context): Promise<void> {
  const { job, database, url, settings, given, set, hidden, total } = context;
  const { workers, batchSize, recordLimit } = settings;
  const contents = openContentStore(database, settings);
  // The same bytes when it is taken up again, whatever becomes of the records meanwhile.
  const isFirst = (job.checkpoint as { begun?: boolean } | undefined)?.begun !== true;
  if (isFirst) {
    job.tell({ done: 0, total, sentence: 'making the new versions' });
    const lines = asLines(plannedRecords(database, set, { undo: given.undo, hidden, skip: false }), job.signal);
    await job.attach({ name: recordsFile, ...(await receive(contents, lines, Number.POSITIVE_INFINITY)) });
    await job.keep({ begun: true });
  }
  const file = await job.file(recordsFile);
  if (file.bytes === 0) return;
  await load(
    { name: job.name, bytes: await contents.read(file.digest) },
    {
      ...{ database, url, indexFolder: indexFolderOf(settings), mode: 'replace', workers, recordLimit },
      reason: reasonOf(set.id, given.undo),
      whole: true,
      checked: isLookedAt(context),
      person: job.person,
      batch: { records: batchSize, bytes: batchBytes },
      size: file.bytes,
      hidden: hidden.length === 0 ? 'drop' : 'keep',
      resume: isFirst ? 'never' : 'unfinished',
      signal: job.signal,
      onRefused: ({ reason }) => job.log('warn', `Refused: ${reason.message} ${reason.hint}`),
      onWarning: (sentence) => job.log('warn', sentence),
      onWait: (holder) => job.log('info', `It waits for ${holder} to finish its load.`),
      onProgress: ({ position, replaced, merged }) =>
        job.tell({ done: position, total, sentence: `${grouped(replaced + merged)} changed` }),
    },
  );
}

async function* asLines(
  planned: AsyncIterable<readonly PlannedRecord[]>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const records of planned) {
    signal.throwIfAborted();
    if (records.length > 0) yield Buffer.from(records.map(({ record }) => `${toMarcJson(record)}\n`).join(''));
  }
}

interface Writing {
  readonly rules: ChangeRules;
  readonly guard: WriteGuard | undefined;
  readonly person: string | undefined;
}

/** With the rights that the person has now. What has its outcome is not written again. */
async function oneByOne(context: Context, analyzer: Analyzer, writing: Writing): Promise<void> {
  const { job, database, given, set, hidden, total } = context;
  let done = 0;
  for await (const records of plannedRecords(database, set, { undo: given.undo, hidden, skip: true }))
    for (let at = 0; at < records.length; at += recordsAtOnce) {
      job.signal.throwIfAborted();
      const some = records.slice(at, at + recordsAtOnce);
      const refused = await inTransaction(database, async (transaction) => {
        const problems: string[] = [];
        for (const one of some) {
          const problem = await inSavepoint(transaction, () => writeOne(transaction, analyzer, context, one, writing));
          if (problem !== undefined) problems.push(problem.replace(/^The record\b/, `Record ${one.id}`));
        }
        return problems;
      });
      for (const text of refused) job.log('warn', `Refused: ${text}`);
      done += some.length;
      job.tell({ done, total, sentence: `${grouped(done)} records` });
    }
}

/** What is refused takes nothing of the others with it; the reason. */
async function inSavepoint(transaction: Transaction, work: () => Promise<void>): Promise<string | undefined> {
  await transaction.query(sql`SAVEPOINT one`);
  try {
    await work();
    await transaction.query(sql`RELEASE SAVEPOINT one`);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError) || error.status >= 500) throw error;
    await transaction.query(sql`ROLLBACK TO SAVEPOINT one`);
    return `${error.message} ${error.hint}`;
  }
}

async function writeOne(
  transaction: Transaction,
  analyzer: Analyzer,
  { given: { undo }, set, job }: Context,
  { id, base, record }: PlannedRecord,
  { rules, guard, person }: Writing,
): Promise<void> {
  const reason = reasonOf(set.id, undo);
  const warn = (text: string) => job.log('warn', text.replace(/^The record\b/, `Record ${id}`));
  const edit = { id, base, record, mode: 'replace', merge: true, person, reason, rules, guard } as const;
  const edited = await editRecord(transaction, analyzer, edit);
  if (edited.kind === 'conflict') {
    const holding = { kind: 'held', reason: 'CONFLICT', conflicts: edited.conflicts, base } as const;
    await holdRecord(transaction, { id, mode: 'replace', record, holding, reason, person });
  }
  if (edited.kind === 'written' || edited.kind === 'merged') for (const text of edited.warnings) warn(text);
  const outcome =
    edited.kind === 'written'
      ? 'replaced'
      : edited.kind === 'conflict'
        ? 'held'
        : edited.kind === 'gone'
          ? 'refused'
          : edited.kind;
  const revision = edited.kind === 'written' || edited.kind === 'merged' ? edited.revision : null;
  await transaction.query(
    undo
      ? sql`UPDATE change_set_record SET undo_outcome = ${outcome} WHERE change_set_id = ${set.id} AND record_id = ${id}`
      : sql`UPDATE change_set_record SET outcome = ${outcome}, to_revision = ${revision}
          WHERE change_set_id = ${set.id} AND record_id = ${id}`,
  );
}

async function end(database: Database, id: number, undo: boolean): Promise<OutcomeCounts> {
  return await database.transaction(async (transaction) => {
    await lockChangeSet(transaction, id);
    await deriveOutcomes(transaction, id, undo);
    // What still waits of it is not wanted any more.
    if (undo)
      await transaction.query(sql`
        WITH rejected AS (
          UPDATE held SET state = 'rejected', decided = now(), decided_by = 'operator', decision = ${reasonOf(id, true)}
          WHERE source = ${reasonOf(id, false)} AND state = 'waiting'
            AND record_id IN (SELECT record_id FROM change_set_record WHERE change_set_id = ${id} AND outcome = 'held')
          RETURNING id)
        INSERT INTO event (kind, ids, details)
        SELECT 'held', array_agg(id), '{"state": "rejected"}' FROM rejected HAVING count(*) > 0 AND ${isAsked}`);
    const counts = await countOutcomes(transaction, id, undo);
    if (!undo)
      await transaction.query(sql`UPDATE change_set SET outcomes = ${JSON.stringify(counts)}::jsonb WHERE id = ${id}`);
    await setState(transaction, id, undo ? 'undone' : 'applied');
    return counts;
  });
}

function countsText(counts: OutcomeCounts): string {
  const { replaced = 0, ...more } = counts;
  const others = Object.entries(more).filter(([, count]) => count > 0);
  return [`${grouped(replaced)} changed`, ...others.map(([name, count]) => `${grouped(count)} ${name}`)].join(', ');
}
