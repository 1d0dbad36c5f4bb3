/**
 * The one process of a library that gives records their dates for harvesters. It follows the index,
 * so it sees what readers see, and dates what it finds changed; between changes it moves the clock
 * up to which answers are complete. When it is away, dates stand still and nothing is lost.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { createFollower, type Follower } from '../../index/follower.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { currentSite } from '../../site/versions.ts';
import { untilBeat } from '../../store/beat.ts';
import type { Database } from '../../store/database.ts';
import { type Lease, takeLease, whileHeld } from '../../store/lease.ts';
import { changesSince, noteTold, type SegmentMembers, type Told } from './changes.ts';
import { membersOfSets } from './membership.ts';
import { offeredSets } from './sets.ts';
import { enterSets, giveDates, moveClock, readTold, takeClock, takeTimeline } from './store.ts';
import { touchSet } from './touch.ts';

export interface StamperContext {
  readonly database: Database;
  readonly url: string;
  /** DATA/index. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface StamperOptions {
  /** It is left to others for so long when it begins, in ms. */
  readonly standby?: number;
  /** What stands in the way, as a sentence; told when it changes. */
  readonly onTrouble?: (sentence: string) => void;
  /** Told what is begun, as the end of "while ..."; undefined when that has ended. */
  readonly onDoing?: (what: string | undefined) => void;
}

/**
 * How often it asks whether there is something to stamp, or somebody else does it. Milliseconds.
 */
const lookEvery = 10_000;
/** How soon a change that the follower has seen is taken up. */
const turn = 200;
/** The clock moves so often while records change, and while nothing does. */
const busyMove = 1_000;
const idleMove = 5_000;
/** Records of a transaction. */
const atOnce = 5_000;
/** So many news are nothing to tell. */
const manyNews = 10_000;

/** Gives dates until the signal, whenever no other process does. */
export async function runStamper(context: StamperContext, options: StamperOptions = {}): Promise<void> {
  const { database, url, signal } = context;
  let said = '';
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);
  await pause(options.standby ?? 0);
  while (!signal.aborted) {
    try {
      const lease = (await isOffered(database))
        ? await takeLease(url, 'oai', { label: 'oai dates', wait: false, signal })
        : undefined;
      if (lease !== undefined) {
        said = '';
        await stampWhileHeld(context, lease, options).finally(() => lease.release());
        continue;
      }
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && sentence !== said) options.onTrouble?.(`Records get no dates for harvesters: ${sentence}`);
      said = sentence;
    } finally {
      options.onDoing?.(undefined);
    }
    await pause(untilBeat(lookEvery));
  }
}

async function isOffered(database: Database): Promise<boolean> {
  return (await currentSite(database)).site.oai !== undefined;
}

async function stampWhileHeld(context: StamperContext, lease: Lease, options: StamperOptions): Promise<void> {
  const { database, url, folder } = context;
  const signal = whileHeld(lease, context.signal);
  const stop = new AbortController();
  await takeClock(database, lease.holder);
  const told = await readTold(database, signal);
  const follower = createFollower({ database, url, folder, signal: stop.signal });
  const stamper = new Stamper(database, lease.holder, told, options);
  try {
    await follower.refresh();
    await keepStamping(stamper, follower, signal);
  } finally {
    stop.abort();
    await follower.close();
  }
}

/** Ends when the signal aborts, another process gives dates, or nothing is offered any more. */
async function keepStamping(stamper: Stamper, follower: Follower, signal: AbortSignal): Promise<void> {
  let moved = Number.NEGATIVE_INFINITY;
  let every = 0;
  let seen = '';
  while (!signal.aborted) {
    // `snapshot` keeps an idle library awake, so it is called for news only.
    const { version } = follower.state();
    if (version !== seen) {
      const snapshot = follower.snapshot();
      if (snapshot.site.oai === undefined) return;
      if (await stamper.stamp(snapshot, signal)) every = Math.min(every, busyMove);
      seen = version;
    }
    if (performance.now() - moved >= every) {
      if (!(await stamper.move(signal))) return;
      moved = performance.now();
      every = idleMove;
    }
    await sleep(turn, undefined, { signal }).catch(() => undefined);
  }
}

export class Stamper {
  readonly #database: Database;
  readonly #holder: number;
  readonly #told: Told;
  readonly #onDoing: (what: string | undefined) => void;
  /** Of the last whole pass. */
  #before: ReadonlyMap<string, SegmentMembers> = new Map();
  #siteVersion = -1;
  #version = '';
  #setIds: readonly number[] = [];

  constructor(database: Database, holder: number, told: Told, { onDoing = () => undefined }: StamperOptions = {}) {
    this.#database = database;
    this.#holder = holder;
    this.#told = told;
    this.#onDoing = onDoing;
  }

  /**
   * Dates whatever a snapshot has that harvesters were not told; false: there was nothing. Throws
   * when another process gives dates now.
   */
  async stamp(snapshot: IndexSnapshot, signal?: AbortSignal): Promise<boolean> {
    const { oai } = snapshot.site;
    if (oai === undefined || snapshot.version === this.#version) return false;
    const sets = offeredSets(oai);
    if (snapshot.siteVersion !== this.#siteVersion) {
      // What is in which set is looked at anew for all records.
      this.#before = new Map();
      this.#setIds = await enterSets(
        this.#database,
        sets.map(({ spec }) => spec),
      );
    }
    const now = membersOfSets(
      snapshot,
      sets.map(({ queries }) => queries),
    );
    let changed = 0;
    for (const part of changesSince(this.#before, now, this.#setIds, this.#told, atOnce)) {
      signal?.throwIfAborted();
      const mine = await this.#database.transaction((transaction) =>
        giveDates(transaction, this.#holder, part, this.#told),
      );
      if (!mine) throw new Error('another process gives dates now');
      for (const change of part) noteTold(this.#told, change);
      changed += part.length;
      if (changed >= manyNews) this.#onDoing('giving records dates for harvesters');
    }
    this.#before = new Map(now.map((one) => [one.id, one]));
    this.#siteVersion = snapshot.siteVersion;
    this.#version = snapshot.version;
    this.#onDoing(undefined);
    return changed > 0;
  }

  /** Moves the clock, and touches what shall be touched; false: another process gives dates now. */
  async move(signal?: AbortSignal): Promise<boolean> {
    const { held, timeline, touching } = await moveClock(this.#database, this.#holder);
    if (!held) return false;
    const restored = timeline === 'restored';
    if (timeline !== 'same') await this.#database.transaction((transaction) => takeTimeline(transaction, restored));
    for (const set of restored ? [0] : touching) {
      this.#onDoing('giving records of a set new dates');
      await touchSet(this.#database, set, signal === undefined ? {} : { signal });
    }
    this.#onDoing(undefined);
    return true;
  }
}
