import type { Settings } from '../../config/settings.ts';
import type { CheckResult, Finding } from './check.ts';
import type { Check, CheckContext } from './definition.ts';
import { judge } from './judge.ts';
import { runCheck } from './run-check.ts';

/** What checks need of the process that runs them. */
export interface CheckWorld extends Pick<CheckContext, 'status' | 'database' | 'now'> {
  /** As they are now: a reload changes them. */
  readonly settings: () => Settings;
}

export interface CheckBoard {
  /** The latest of all, in the order of the table; those that were never run are unknown. */
  latest(): readonly CheckResult[];
  /** Begins those whose time has come. To be called every few seconds. */
  look(): void;
  /**
   * Those of these names, run now if that has not been done lately, or if they were not ok: who has
   * just mended something wants to see it.
   */
  fresh(names: readonly string[]): Promise<readonly CheckResult[]>;
  /** All of them, or those of these names, run now, whenever they were run. */
  again(names?: readonly string[]): Promise<readonly CheckResult[]>;
}

/** Nobody has looked for so many of its intervals: a check that is asked for is run now. */
const staleAfter = 3;
/** Milliseconds. */
const retryAfter = 10_000;
/** Looks come every few seconds, a moment early or late. Milliseconds. */
const slack = 1_000;
/** Most of them ask the database, whose connections are few. */
const mostAtOnce = 3;

/**
 * Keeps what checks found. One that hangs, as over a folder that does not answer, is not begun a
 * second time beside itself.
 */
export function createCheckBoard(table: readonly Check[], world: CheckWorld): CheckBoard {
  const results = new Map<string, CheckResult>();
  const memories = new Map<string, Map<string, unknown>>();
  const running = new Map<string, Promise<void>>();
  const begun = new Map<string, number>();
  const turns = inTurns(mostAtOnce);

  async function run(check: Check): Promise<void> {
    const { name } = check;
    const now = running.get(name);
    if (now !== undefined) return now;
    const memory = memories.get(name) ?? new Map<string, unknown>();
    memories.set(name, memory);
    begun.set(name, world.now());
    const work = turns(() => runCheck(check, { ...world, settings: world.settings(), memory })).then((finding) => {
      results.set(name, { name, finding, when: world.now() });
      running.delete(name);
    });
    running.set(name, work);
    return work;
  }

  /** What could not be found out is looked for again soon. */
  const interval = ({ name, every }: Check): number =>
    results.get(name)?.finding.atLeast === 'unknown' ? Math.min(every, retryAfter) : every;
  /** Its interval is over, or as good as over: the next look may come seconds later. */
  const isDue = (check: Check): boolean => {
    const most = interval(check);
    return age(check) >= most - Math.min(slack, most / 10) || age(check) < 0;
  };
  const age = ({ name }: Check): number => world.now() - (begun.get(name) ?? Number.NEGATIVE_INFINITY);
  const isStale = (check: Check): boolean => {
    const found = results.get(check.name)?.finding;
    if (found === undefined || age(check) > staleAfter * check.every) return true;
    return judge(found).state !== 'ok';
  };
  const latest = (): readonly CheckResult[] =>
    table.map(({ name }) => results.get(name) ?? { name, finding: notYet, when: world.now() });
  return {
    latest,
    look: () => {
      for (const check of table) if (isDue(check)) void run(check);
    },
    fresh: async (names) => {
      const asked = table.filter(({ name }) => names.includes(name));
      await Promise.all(asked.filter(isStale).map(run));
      return latest().filter(({ name }) => names.includes(name));
    },
    again: async (names) => {
      await Promise.all(table.filter(({ name }) => names === undefined || names.includes(name)).map(run));
      return latest();
    },
  };
}

const notYet: Finding = { atLeast: 'unknown', sentence: 'Nobody has looked yet: the node has just begun.' };

/** Does so many pieces of work at a time; the others wait. */
function inTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let doing = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (doing >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else doing++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) doing--;
      else next();
    }
  };
}
