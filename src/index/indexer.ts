import { setTimeout as sleep } from 'node:timers/promises';
import { versionsText } from '../site/index-versions.ts';
import { untilBeat } from '../store/beat.ts';
import { isHeld, takeLease } from '../store/lease.ts';
import type { IndexContext } from './context.ts';
import { type DoOptions, doWork } from './do-work.ts';
import { type Found, findWork, type KnownSince, type Work, type WorkLimits } from './find-work.ts';
import { nodesBehind, nodeText } from './nodes-behind.ts';
import { sweepSegments } from './sweep.ts';

export interface IndexerOptions extends WorkLimits {
  /** How often it looks for work, in ms. */
  readonly every: number;
  /** Work is left to others until nobody has done it for so long, in ms. */
  readonly standby: number;
  /**
   * Newer versions are taken when all nodes have known them for so long, in ms: a release that was
   * just rolled out may be taken back.
   */
  readonly takeAfter: number;
  /** What the process before remembered; it is written to. */
  readonly memory: IndexerMemory;
  /** Sentences for the log. */
  readonly onWork?: (sentence: string) => void;
  /** Told what is begun, as the end of "while ..."; undefined when that has ended. */
  readonly onDoing?: (what: string | undefined) => void;
}

/**
 * What must outlive a process: it is replaced after work that needed much memory. Times are ms
 * since 1970.
 */
export interface IndexerMemory {
  /** What was made anew lately. */
  rebuilt: readonly { readonly site: string; readonly at: number }[];
  /** Since when all nodes know the versions that could be taken. */
  agreed: number | undefined;
}

/** Of what another process told, as plain data. */
export function indexerMemory(kept: unknown): IndexerMemory {
  const { rebuilt = [], agreed } = (kept ?? {}) as Partial<IndexerMemory>;
  return { rebuilt, agreed };
}

export const indexerDefaults: IndexerOptions = {
  foldAbove: 500,
  foldBytes: 16_000_000,
  foldAfter: 60_000,
  quietAfter: 300_000,
  every: 1_000,
  standby: 0,
  takeAfter: 60_000,
  memory: indexerMemory(undefined),
};

/** How long a node on standby waits for others, in ms: longer than they need to be restarted. */
export const indexerStandby = 120_000;

const sweepEvery = 10 * 60_000;
/** Seconds that a stored segment may be young and unnamed. */
const sweepOlderThan = 15 * 60;
const longestPause = 60_000;
/**
 * After so many rounds in which nothing was to be done or changed, it looks so much more rarely.
 */
const quietRounds = 10;
const quietPause = 5;
/** A site file is indexed anew so often at most in so many ms. */
const mostRebuilds = 3;
const undoneWithin = 3_600_000;

/**
 * Looks after the index until the signal aborts: folds deltas, merges segments of like size, makes
 * the index anew when the site file asks for it or all nodes know a newer analysis, sweeps what
 * nobody names. Any number of these may run in a cluster: each piece of work is done by whoever
 * gets the lease for it.
 */
export async function runIndexer(context: IndexContext, options: Partial<IndexerOptions> = {}): Promise<void> {
  const indexer = new Indexer(context, { ...indexerDefaults, memory: indexerMemory(undefined), ...options });
  const { signal } = context;
  const { every } = indexer.options;
  let pause = every;
  let wait = pause;
  while (signal?.aborted !== true) {
    try {
      pause = (await indexer.round()) ? every : every * quietPause;
      wait = untilBeat(pause);
    } catch (error) {
      if (signal?.aborted) return;
      // The database is away, or something is damaged: whoever serves says so. Trying more and more
      // rarely does no harm.
      indexer.say(`The index could not be maintained: ${error instanceof Error ? error.message : String(error)}`);
      pause = Math.min(longestPause, pause * 2);
      wait = pause;
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}

class Indexer {
  readonly options: IndexerOptions;
  readonly #context: IndexContext;
  readonly #known: KnownSince = { seq: '', seqSince: 0, manifest: -1, manifestSince: 0 };
  #waiting: { readonly manifest: number; readonly kind: Work['kind']; readonly since: number } | undefined;
  #swept = Number.NEGATIVE_INFINITY;
  #said = '';
  #quiet = 0;
  #manifest = 0;

  constructor(context: IndexContext, options: IndexerOptions) {
    this.#context = context;
    this.options = options;
  }

  say(sentence: string): void {
    this.options.onWork?.(sentence);
  }

  /** False: nothing has been to do for a while. */
  async round(): Promise<boolean> {
    const { work, newer, manifest, tooOld, deltas } = await this.#look();
    if (tooOld !== undefined) this.#sayOnce(`${tooOld} This process leaves the index alone.`);
    // Whether it may be taken is looked at beside other work, which in a busy library never ends.
    const take = newer !== undefined && (await this.#mayTake(newer)) ? newer : undefined;
    const next = take ?? work;
    if (next === undefined) this.#waiting = undefined;
    else if (this.#waiting?.manifest !== manifest || this.#waiting.kind !== next.kind)
      this.#waiting = { manifest, kind: next.kind, since: performance.now() };
    const since = this.#waiting?.since ?? 0;
    if (next !== undefined && performance.now() - since >= this.options.standby && this.#mayDo(next))
      await this.#do(next);
    if (tooOld === undefined && performance.now() - this.#swept > sweepEvery) {
      await sweepInTurn(this.#context);
      this.#swept = performance.now();
    }
    const isBusy = next !== undefined || newer !== undefined || deltas > 0 || manifest !== this.#manifest;
    this.#manifest = manifest;
    this.#quiet = isBusy ? 0 : this.#quiet + 1;
    return this.#quiet < quietRounds;
  }

  #mayDo(work: Work): boolean {
    if (work.kind !== 'rebuild' || !this.#isUndone(work.site)) return true;
    this.#sayOnce(
      'Somebody makes another index of the same site file, again and again: is another release serving this library? This process leaves it as it is.',
    );
    return false;
  }

  async #mayTake({ versions, isEmpty }: Work & { readonly kind: 'take' }): Promise<boolean> {
    const { memory, takeAfter } = this.options;
    const behind = await nodesBehind(this.#context.database, versions);
    if (behind.length > 0) {
      memory.agreed = undefined;
      const text = versionsText(versions);
      const names = behind.map(nodeText).join(', ');
      this.#sayOnce(`The index will be of ${text} when all nodes know it. These do not yet: ${names}.`);
      return false;
    }
    memory.agreed ??= Date.now();
    // A clock that was set back begins anew.
    if (memory.agreed > Date.now()) memory.agreed = Date.now();
    if (!isEmpty && Date.now() - memory.agreed < takeAfter) return false;
    // A load writes by what was in force when it began, and would be waited for.
    return !(await isHeld(this.#context.database, 'load'));
  }

  async #do(work: Work): Promise<void> {
    const options: DoOptions = {
      look: () => this.#look(),
      say: (sentence) => this.say(sentence),
      doing: (what) => this.options.onDoing?.(what),
    };
    await doWork(this.#context, work.kind, options).finally(() => this.options.onDoing?.(undefined));
    const { memory } = this.options;
    if (work.kind === 'rebuild') memory.rebuilt = [...memory.rebuilt, { site: work.site, at: Date.now() }];
  }

  /**
   * Made for the same site file again and again: then somebody else undoes it, and nobody would be
   * done.
   */
  #isUndone(site: string): boolean {
    const { memory } = this.options;
    memory.rebuilt = memory.rebuilt.filter(({ at }) => Date.now() - at < undoneWithin);
    return memory.rebuilt.filter((one) => one.site === site).length >= mostRebuilds;
  }

  #look(): Promise<Found> {
    return findWork(this.#context.database, this.options, this.#known);
  }

  #sayOnce(sentence: string): void {
    if (this.#said === sentence) return;
    this.#said = sentence;
    this.say(sentence);
  }
}

/**
 * Not while somebody works on the index: a rebuild of an hour stores segments all the time, and
 * names them at its end.
 */
async function sweepInTurn({ database, url, signal }: IndexContext): Promise<void> {
  const lease = await takeLease(url, 'indexer', { label: 'index sweep', wait: false, ...(signal && { signal }) });
  if (lease === undefined) return;
  try {
    await sweepSegments(database, { olderThan: sweepOlderThan });
  } finally {
    await lease.release();
  }
}
