/**
 * What the library does about its DOIs: makes those that are due, finds out what each should be,
 * tells the agency, and asks it once a day what it has. It may be killed anywhere: what was told
 * and not written down is told again, which changes nothing.
 */
import sql from 'sql-template-tag';
import { ask } from '../../access/ask.ts';
import { openView, type Seen } from '../../access/open-view.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { storedBatch } from '../../index/stored-records.ts';
import { guest } from '../../people/person.ts';
import { inTransaction } from '../../records/write.ts';
import { emptyRequest } from '../../search/request.ts';
import { analyzerOf } from '../../search/search.ts';
import type { DoiSettings } from '../../site/site.ts';
import type { Database } from '../../store/database.ts';
import type { DataCiteClient, DoiAttributes } from './client.ts';
import { attributesOf } from './metadata.ts';
import { reserveDoi } from './reserve.ts';
import { findLost } from './restored.ts';
import {
  type DoiRow,
  type DoiState,
  listDois,
  noteCompared,
  noteFailure,
  noteSent,
  putOffAll,
  wantDoi,
} from './store.ts';

export interface PassContext {
  readonly database: Database;
  readonly dois: DoiSettings;
  /** Undefined: the agency is not set up, and nothing is sent. */
  readonly client: DataCiteClient | undefined;
  readonly baseUrl: string;
  /** The newest view of the index, with all that is committed. */
  readonly view: () => Promise<IndexSnapshot>;
  readonly signal: AbortSignal;
  readonly log: (level: 'info' | 'warn', sentence: string) => void;
  readonly now?: () => number;
}

export interface PassDone {
  readonly made: number;
  readonly sent: number;
  readonly failed: number;
  readonly compared: number;
  /** Why it ended before its end. */
  readonly stopped?: string;
}

/** DOIs that are made in a pass; the next pass makes more. */
const mostMade = 1_000;
const mostCompared = 500;
const compareEvery = 24 * 3_600_000;
const firstWait = 60_000;
const longestWait = 6 * 3_600_000;
const waitForMetadata = 24 * 3_600_000;
const waitWhenStopped = 15 * 60_000;
/** So many failures in a row are not of one DOI. */
const mostInRow = 3;

export async function runDoiPass(context: PassContext): Promise<PassDone> {
  const { client } = context;
  const lost = client === undefined ? undefined : await lookForLost(context, client);
  if (lost !== undefined) return { made: 0, sent: 0, failed: 0, compared: 0, stopped: lost };
  const made = await makeDue(context);
  await decideWanted(context);
  if (client === undefined) return { made, sent: 0, failed: 0, compared: 0 };
  const compared = await compareDue(context, client);
  if (compared.stopped !== undefined) return { made, sent: 0, failed: 0, ...compared };
  return { made, ...(await sendDue(context, client)), compared: compared.compared };
}

/** Before new ones are made: a record may have one that it has forgotten. */
async function lookForLost(context: PassContext, client: DataCiteClient): Promise<string | undefined> {
  const { site } = await context.view();
  return await findLost({ ...context, site, analyzer: analyzerOf(site) }, client);
}

/** Records that everybody may open, that are meant, and that have no DOI of any kind. */
async function makeDue({ database, dois, view, signal, log }: PassContext): Promise<number> {
  if (dois.when !== 'public') return 0;
  const snapshot = await view();
  const asked = { ...emptyRequest, text: dois.query, collections: dois.collections, size: Number.POSITIVE_INFINITY };
  const { ids } = ask(snapshot, guest, asked);
  const have = new Set<number>();
  for (const { id } of await database.query<{ id: number }>(
    sql`SELECT record_id AS id FROM identifier WHERE kind = 'doi' UNION SELECT record_id FROM doi`,
  ))
    have.add(id);
  let made = 0;
  for (const id of ids) {
    if (have.has(id)) continue;
    if (made === mostMade) break;
    signal.throwIfAborted();
    const analyzer = analyzerOf(snapshot.site);
    try {
      const { doi, isNew } = await inTransaction(database, (transaction) =>
        reserveDoi(transaction, analyzer, { site: snapshot.site, id, person: undefined }),
      );
      if (isNew) log('info', `Record ${id} has the DOI ${doi}.`);
      if (isNew) made += 1;
    } catch (error) {
      signal.throwIfAborted();
      // It was deleted meanwhile, or something else of this record alone.
      log('warn', `Record ${id} got no DOI: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return made;
}

/** What each should be, of the records that everybody may open now. */
async function decideWanted({ database, dois, view }: PassContext): Promise<void> {
  const see = openView(guest, await view());
  for (const row of await listDois(database, { held: true })) {
    const wanted = wantedOf(row, see(row.record), dois);
    if (wanted !== row.wanted) await wantDoi(database, row.doi, wanted);
  }
}

function wantedOf({ state }: DoiRow, seen: Seen | undefined, { drafts }: DoiSettings): DoiState {
  if (seen?.open === true) return 'findable';
  // A DOI that was known outside stays known, and is found by nobody.
  if (state === 'findable' || state === 'registered') return 'registered';
  return state === 'draft' || (drafts && seen !== undefined) ? 'draft' : 'reserved';
}

/** What is wanted otherwise than before is due at once. */
function asWanted(row: DoiRow, seen: Seen | undefined, dois: DoiSettings): DoiRow {
  const wanted = wantedOf(row, seen, dois);
  return wanted === row.wanted ? row : { ...row, wanted, tries: 0, problem: null, due: new Date(0) };
}

async function sendDue(context: PassContext, client: DataCiteClient): Promise<Omit<PassDone, 'made' | 'compared'>> {
  const { database, dois, baseUrl, view, signal, log, now = Date.now } = context;
  let [sent, failed, inRow] = [0, 0, 0];
  const before = openView(guest, await view());
  for (const listed of await listDois(database, { held: true })) {
    signal.throwIfAborted();
    if (!isDue(asWanted(listed, before(listed.record), dois), before(listed.record), now())) continue;
    // Anew for each that is sent: a record may have been closed since the pass began.
    const snapshot = await view();
    const seen = openView(guest, snapshot)(listed.record);
    const row = asWanted(listed, seen, dois);
    const { wanted } = row;
    if (wanted !== listed.wanted) await wantDoi(database, listed.doi, wanted);
    if (!isDue(row, seen, now())) continue;
    let attributes: DoiAttributes = wanted === 'registered' ? { event: 'hide' } : {};
    let revision: number | undefined;
    if (wanted === 'findable') {
      const [stored] = (await storedBatch(database, [row.record], 1)).rows;
      // What is newer than the view may not be open any more: the next pass knows.
      if (stored === undefined || stored.deleted || stored.revision !== seen?.revision) continue;
      revision = stored.revision;
      attributes = attributesOf(row.doi, stored, snapshot.site, baseUrl);
    }
    const answer = await client.put(row.doi, attributes);
    if (answer.kind === 'told' && answer.state === wanted) {
      sent += 1;
      inRow = 0;
      await noteSent(database, row.doi, { state: answer.state, revision });
      continue;
    }
    failed += 1;
    const problem =
      answer.kind === 'told'
        ? `DataCite has it as ${answer.state}, not as ${wanted}.`
        : answer.kind === 'missing'
          ? 'DataCite does not know it.'
          : answer.problem;
    log('warn', `${row.doi}: ${problem}`);
    const until = answer.kind === 'refused' ? answer.until : 'later';
    const asked = answer.kind === 'refused' ? answer.wait : undefined;
    const untilChanged = until === 'metadata';
    const wait = asked ?? (untilChanged ? waitForMetadata : backOff(row.tries));
    const state = answer.kind === 'told' ? { state: answer.state } : {};
    await noteFailure(database, row.doi, { ...{ problem, wait, revision, untilChanged }, ...state });
    inRow = untilChanged || answer.kind === 'told' ? 0 : inRow + 1;
    if (until !== 'stop' && inRow < mostInRow) continue;
    await putOffAll(database, until === 'stop' ? (asked ?? waitWhenStopped) : wait);
    return { sent, failed, stopped: problem };
  }
  return { sent, failed };
}

function backOff(tries: number): number {
  return Math.min(longestWait, firstWait * 2 ** Math.min(tries, 20));
}

/** A record that was refused for what it says is tried at once when it changes. */
function isDue(row: DoiRow, seen: Seen | undefined, now: number): boolean {
  const { state, wanted, problem, due, sentRevision, triedRevision, untilChanged } = row;
  const differs = state !== wanted || problem !== null || (wanted === 'findable' && sentRevision !== seen?.revision);
  if (!differs || wanted === 'reserved') return false;
  return due.getTime() <= now || (untilChanged && wanted === 'findable' && triedRevision !== seen?.revision);
}

/** What the agency has may be otherwise than it told: it is sent again then. */
async function compareDue(
  { database, baseUrl, signal, log, now = Date.now }: PassContext,
  client: DataCiteClient,
): Promise<{ readonly compared: number; readonly stopped?: string }> {
  const rows = await listDois(database, { held: true });
  const due = rows.filter(
    ({ state, compared, due: at }) =>
      state !== 'reserved' && (compared?.getTime() ?? 0) < now() - compareEvery && at.getTime() <= now(),
  );
  let [compared, inRow] = [0, 0];
  for (const row of due.slice(0, mostCompared)) {
    signal.throwIfAborted();
    const answer = await client.get(row.doi);
    if (answer.kind === 'refused') {
      const { problem, until } = answer;
      log('warn', `${row.doi}: ${problem}`);
      const wait = answer.wait ?? (until === 'stop' ? waitWhenStopped : backOff(row.tries));
      await noteFailure(database, row.doi, { problem, wait, revision: undefined });
      inRow = until === 'metadata' ? 0 : inRow + 1;
      if (until !== 'stop' && inRow < mostInRow) continue;
      await putOffAll(database, wait);
      return { compared, stopped: problem };
    }
    inRow = 0;
    compared += 1;
    const state = answer.kind === 'told' ? answer.state : undefined;
    const leadsElsewhere =
      answer.kind === 'told' && row.wanted === 'findable' && answer.url !== `${baseUrl}/record/${row.record}`;
    const isOther = state !== row.state || leadsElsewhere;
    if (isOther)
      log('warn', `${row.doi} is ${state ?? 'not known'} at DataCite, and was ${row.state} here: it is sent again.`);
    await noteCompared(database, row.doi, { state, again: isOther });
  }
  return { compared };
}
