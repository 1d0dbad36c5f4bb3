import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import { takeWhenEmpty } from '../../index/rebuild.ts';
import { requireKnown } from '../../index/require-known.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type OaiClient, type Page, refusal } from './client.ts';
import { type Cursor, CursorMoved, forgetCursors, readCursor, saveCursor } from './cursor.ts';
import { dateFor, later, nextFrom } from './dates.ts';
import { harvestErrors } from './errors.ts';
import { noteHarvested, type ToNote } from './harvested-records.ts';
import { preparePage } from './prepare.ts';
import type { PrepareContext, Prepared } from './prepared.ts';
import { type HarvestRun, saveRun } from './runs.ts';
import type { Source } from './source.ts';
import { StepTally } from './tally.ts';
import { isPassing, isRefusal, writePage } from './write-page.ts';

export interface HarvestContext {
  readonly database: Database;
  readonly client: OaiClient;
  readonly source: Source;
  readonly run: HarvestRun;
  readonly indexFolder: string | undefined;
  /** The view of the library, for titles. */
  readonly snapshot: () => Promise<IndexSnapshot>;
  readonly signal: AbortSignal;
  readonly log: (level: 'info' | 'warn', sentence: string) => void;
  readonly tell: (run: Pick<HarvestRun, 'pages' | 'counts'>) => void;
}

const mostEmptyPages = 100;
const mostTries = 5;
/** Of what rules say of a page. */
const mostTold = 100;

/**
 * Harvests what is new, some dates, or one record. Each page is one transaction with the place from
 * which the list goes on, so a run that is killed goes on at its page. Throws UserError; what came
 * before stays.
 */
export async function harvest(context: HarvestContext): Promise<Pick<HarvestRun, 'pages' | 'counts'>> {
  return await new Harvest(context).run();
}

class Harvest {
  readonly #context: HarvestContext;
  #tally: StepTally;
  #pages: number;

  constructor(context: HarvestContext) {
    this.#context = context;
    this.#tally = new StepTally(context.run.counts);
    this.#pages = context.run.pages;
  }

  async run(): Promise<Pick<HarvestRun, 'pages' | 'counts'>> {
    const { database, source, client, run } = this.#context;
    await takeWhenEmpty(database);
    const { identifier, from, until, again } = run.asked;
    if (identifier !== undefined) {
      const page = await client.record(identifier, source.prefix);
      const error = refusal(source.base, page.errors);
      if (error !== undefined) throw error;
      await this.#write(page, undefined);
      return this.#done();
    }
    const { seconds } = await client.identify();
    const isRange = from !== undefined || until !== undefined || again === true;
    for (const set of source.sets.length === 0 ? [''] : source.sets) await this.#list(set, isRange, seconds);
    await forgetCursors(database, source.id, isRange ? run.id : 0);
    return this.#done();
  }

  #done(): Pick<HarvestRun, 'pages' | 'counts'> {
    return { pages: this.#pages, counts: this.#tally.counts };
  }

  async #list(set: string, isRange: boolean, seconds: boolean): Promise<void> {
    const { database, source, client, run, log } = this.#context;
    let cursor = await readCursor(database, { source: source.id, run: isRange ? run.id : 0, set });
    if (cursor.done) return;
    let before = cursor;
    const ask = ({ from, until }: Pick<Cursor, 'from' | 'until'>): Promise<Page> =>
      client.list({ prefix: source.prefix, from, until, ...(set !== '' && { set }) });
    const begin = (): Pick<Cursor, 'from' | 'until'> => ({
      from: isRange ? dateFor(run.asked.from, 'from', seconds) : cursor.nextFrom,
      until: isRange ? dateFor(run.asked.until, 'until', seconds) : undefined,
    });
    if (cursor.token === undefined) cursor = { ...cursor, ...begin(), ...freshList, next: undefined };
    else log('info', `It goes on in a list that had begun, after page ${cursor.pages}.`);
    let announced = cursor.token === undefined ? new Announced() : undefined;
    let coming = cursor.token === undefined ? ask(cursor) : client.resume(cursor.token);
    let loops = new LoopWatch();
    for (;;) {
      const page = await coming;
      const error = page.errors.find(({ code }) => code !== 'noRecordsMatch');
      if (error?.code === 'badResumptionToken' && cursor.token !== undefined) {
        if (cursor.restarted) {
          await saveCursor(database, before, { ...before, token: undefined, restarted: false });
          throw new UserError(harvestErrors.token, { address: source.base });
        }
        // When dates came in no order, what is still to come may have any.
        const from = cursor.ordered && cursor.seen !== undefined ? cursor.seen : cursor.from;
        log(
          'warn',
          `${source.base} has forgotten its token. The list begins again${from === undefined ? '' : ` from ${from}`}.`,
        );
        cursor = { ...cursor, from, token: undefined, restarted: true };
        coming = ask(cursor);
        announced = new Announced();
        loops = new LoopWatch();
        continue;
      }
      if (error !== undefined) throw refusal(source.base, [error])!;
      const next = cursor.next ?? nextFrom(page.responseDate, seconds, Date.now());
      const problem = loops.look(page);
      if (problem !== undefined) {
        await saveCursor(database, before, { ...before, token: undefined, restarted: false });
        throw new UserError(harvestErrors.loop, { address: source.base, reason: problem });
      }
      announced?.add(page);
      // While this one is written the server makes the next.
      const following = page.token === undefined ? undefined : client.resume(page.token);
      following?.catch(() => undefined);
      const after = (records: readonly Prepared[]): Cursor => {
        const moved = { ...cursor, next, ...seenIn(cursor, records), pages: cursor.pages + 1 };
        if (page.token !== undefined) return { ...moved, token: page.token };
        return { ...moved, ...endOfList, nextFrom: isRange ? undefined : next, done: isRange };
      };
      const written = await this.#write(page, { before, after });
      [cursor, before] = [written, written];
      if (following === undefined) {
        const missing = announced?.missing ?? 0;
        if (missing > 0)
          log(
            'warn',
            `${source.base} said that the list has ${announced!.size} records, and ${missing} of them did not come${set === '' ? '' : ` (set ${set})`}. Ask who runs the server; \`reperio harvest run ${source.name} --again\` asks for all once more.`,
          );
        return;
      }
      coming = following;
    }
  }

  /** One page, with the place behind it; undefined: one record by itself. The place. */
  async #write(
    page: Page,
    place: { before: Cursor; after: (records: readonly Prepared[]) => Cursor } | undefined,
  ): Promise<Cursor> {
    const { database, source, run, signal, tell } = this.#context;
    signal.throwIfAborted();
    const current = requireKnown(await currentSite(database));
    const pageName = `run ${run.id}, page ${this.#pages + 1}`;
    let oneByOne = false;
    for (let tries = 1; ; tries++) {
      const tally = new StepTally(this.#tally.counts);
      const preparing: PrepareContext = {
        ...{ database, source, site: current.site, snapshot: this.#context.snapshot, tally, page: pageName },
        again: run.asked.again === true || run.asked.identifier !== undefined,
      };
      const prepared = await preparePage(page, preparing);
      const after = place?.after(prepared);
      let told: readonly string[] = [];
      try {
        const stop = await database.transaction(
          async (transaction) => {
            const { person } = run;
            const context = { database, source, current, indexFolder: this.#context.indexFolder, person };
            const reason = `harvest ${source.name}`;
            const { records, warnings, publish } = await writePage(
              transaction,
              prepared,
              { ...context, reason },
              oneByOne,
            );
            told = warnings;
            await noteHarvested(transaction, { source: source.id, run: run.id }, records.filter(isNews(prepared)));
            countInto(tally, prepared, records);
            const refused = records.find(({ outcome }) => outcome === 'refused');
            const stops = refused !== undefined && source.onError === 'stop';
            if (place !== undefined && after !== undefined && !stops)
              await saveCursor(transaction, place.before, after);
            await saveRun(transaction, run.id, { pages: this.#pages + 1, counts: tally.counts });
            await publish();
            return stops ? refused : undefined;
          },
          { timeout: 0 },
        );
        this.#pages++;
        for (const sentence of told.slice(0, mostTold)) this.#context.log('warn', sentence);
        this.#tally = tally;
        tell({ pages: this.#pages, counts: tally.counts });
        if (stop !== undefined)
          throw new UserError(harvestErrors.stopped, { name: source.name, reason: stop.message ?? '' });
        return after ?? place?.before ?? noCursor(source.id);
      } catch (error) {
        if (error instanceof UserError || error instanceof CursorMoved || tries >= mostTries) throw error;
        if (isRefusal(error)) oneByOne = true;
        else if (!isPassing(error)) throw error;
        else await pause(100 * tries, undefined, { signal });
      }
    }
  }
}

/** What is as before stays noted with the run that brought it. */
function isNews(prepared: readonly Prepared[]): (record: ToNote) => boolean {
  const before = new Map(prepared.map(({ identifier, earlier }) => [identifier, earlier]));
  return ({ identifier, outcome, digest }) => {
    const earlier = before.get(identifier);
    return outcome !== 'unchanged' || earlier?.outcome === 'refused' || earlier?.digest.equals(digest) !== true;
  };
}

const freshList = { token: undefined, seen: undefined, ordered: true, restarted: false } as const;
const endOfList = { ...freshList, from: undefined, until: undefined, next: undefined } as const;

function noCursor(source: number): Cursor {
  return { source, run: 0, set: '', nextFrom: undefined, pages: 0, done: false, ...endOfList };
}

function countInto(tally: StepTally, prepared: readonly Prepared[], records: readonly ToNote[]): void {
  for (const { outcome } of records) tally.count('upload', outcome);
  tally.count('upload', 'unchanged', prepared.filter(({ fate }) => fate.kind === 'unchanged').length);
}

/** The last date, and whether each was at or behind the one before. */
function seenIn({ seen, ordered }: Cursor, records: readonly Prepared[]): Pick<Cursor, 'seen' | 'ordered'> {
  let last = seen;
  let isOrdered = ordered;
  for (const { datestamp } of records) {
    if (last !== undefined && datestamp !== '' && datestamp < last) isOrdered = false;
    last = later(last, datestamp);
  }
  return { seen: last, ordered: isOrdered };
}

/** How many records a list has as the server says, and how many came. It need not say so. */
class Announced {
  #came = 0;
  /** The least that was said: records may leave the list while it is read. */
  size = Number.POSITIVE_INFINITY;

  add({ pieces, completeListSize }: Page): void {
    this.#came += pieces.length;
    if (completeListSize !== undefined) this.size = Math.min(this.size, completeListSize);
  }

  get missing(): number {
    return Number.isFinite(this.size) ? Math.max(0, this.size - this.#came) : 0;
  }
}

/** Records that all change during a harvest come together once more. */
const mostTimes = 3;

function identifierIn(piece: string): string {
  const begin = piece.indexOf('identifier>');
  return piece.slice(begin, piece.indexOf('<', begin));
}

/** Notices a list that never ends. */
class LoopWatch {
  readonly #tokens = new Set<string>();
  readonly #records = new Map<string, number>();
  #last = '';
  #empty = 0;

  /** What is wrong, as the end of a sentence. */
  look({ token, pieces }: Page): string | undefined {
    if (token === undefined) return undefined;
    const name = createHash('sha1').update(token).digest('base64');
    if (this.#tokens.has(name)) return 'a resumption token comes twice';
    this.#tokens.add(name);
    const content = createHash('sha1').update(pieces.join('')).digest('base64');
    if (pieces.length > 0 && content === this.#last) return 'two pages are the same';
    this.#last = content;
    const records = createHash('sha1').update(pieces.map(identifierIn).join('\n')).digest('base64');
    const times = (this.#records.get(records) ?? 0) + 1;
    this.#records.set(records, times);
    if (pieces.length > 0 && times > mostTimes) return `the same records come on ${times} pages`;
    this.#empty = pieces.length === 0 ? this.#empty + 1 : 0;
    return this.#empty > mostEmptyPages ? `${mostEmptyPages} pages have no records` : undefined;
  }
}
