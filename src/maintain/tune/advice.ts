/**
 * What `tune` says: plain data, made by rules from facts that were read before. A rule reads
 * nothing itself, so it is tested with written facts.
 */

/**
 * ok: nothing to do. advise: something to set or to look at. note: worth knowing, and nothing to
 * do. unknown: it could not be read.
 */
export type AdviceState = 'ok' | 'advise' | 'note' | 'unknown';

export interface Judgement {
  readonly state: AdviceState;
  /** As it is now; undefined: not known, and `reason` says why. */
  readonly value: string | undefined;
  readonly wanted?: string;
  /** With the number that calls for it. */
  readonly reason: string;
  /** To type, for what --apply does not set. */
  readonly command?: string;
  /** What --apply sets. */
  readonly set?: readonly Assignment[];
}

/** A setting of the kernel or of PostgreSQL. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

export interface Advice extends Judgement {
  readonly name: string;
  readonly group: string;
}

export interface Rule<Facts> {
  readonly name: string;
  readonly group: string;
  /** What it is judged by, for the manual and for whoever doubts it. */
  readonly reads: string;
  /** Undefined: this does not concern this machine. */
  readonly judge: (facts: Facts) => Judgement | undefined;
}

export function adviceOf<Facts>(rules: readonly Rule<Facts>[], facts: Facts): readonly Advice[] {
  return rules.flatMap(({ name, group, judge }) => {
    const judgement = judge(facts);
    return judgement === undefined ? [] : [{ name, group, ...judgement }];
  });
}

/** What --apply would set, the last of each name. */
export function assignmentsOf(advice: readonly Advice[]): readonly Assignment[] {
  const all = advice.flatMap(({ state, set = [] }) => (state === 'advise' ? set : []));
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

/** 0: nothing to set. 1: there is advice. 2: no advice, but something could not be found out. */
export function exitStatusOf(advice: readonly Advice[]): number {
  if (advice.some(({ state }) => state === 'advise')) return 1;
  return advice.some(({ state }) => state === 'unknown') ? 2 : 0;
}

/** Everything of one run, as `--json` prints it and `--compare` reads it. */
export interface TuneReport {
  readonly about: 'os' | 'database';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What was looked at, in words. */
  readonly subject: string;
  readonly advice: readonly Advice[];
  /** Counters that only grow, by name: their growth between two runs says more than their sum. */
  readonly counters: Readonly<Record<string, number>>;
}

export const ok = (value: string | undefined, reason: string): Judgement => ({ state: 'ok', value, reason });
export const note = (value: string | undefined, reason: string): Judgement => ({ state: 'note', value, reason });
/** `reason`: why it is not known. */
export const unknown = (reason: string): Judgement => ({ state: 'unknown', value: undefined, reason });
