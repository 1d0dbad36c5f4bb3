import type { DailyWindow, TimesOfDay } from './clock-times.ts';

/**
 * quick: a moment, so that no other waits for it. long: minutes or hours. One of each may run at a
 * time.
 */
export type Lane = 'quick' | 'long';
export const lanes: readonly Lane[] = ['quick', 'long'];

/**
 * Something that is done again and again, by one process of all nodes at a time. It may be killed
 * anywhere and begun again.
 */
export interface Task {
  /** What people type: letters and hyphens. */
  readonly name: string;
  readonly summary: string;
  /** What the manual says of it beside that. */
  readonly more?: string;
  readonly lane: Lane;
  /** From the end of one to the next, in ms. */
  readonly every: number;
  /**
   * When in the day, week or month it is due, by the clock of the host; else `every` alone says.
   */
  readonly at?: TimesOfDay;
  /** It is begun only between these times of day, by the clock of the host. */
  readonly window?: DailyWindow;
  /** It is stopped when it has run for so long, in ms; default a quarter of an hour, or a day. */
  readonly longest?: number;
  /**
   * Rejects when it cannot be done; it is tried again then, more and more rarely. Gives up when the
   * signal aborts. `tell` says in a few words how far it is.
   */
  run(signal: AbortSignal, tell: (progress: string) => void): Promise<Outcome>;
}

export interface Outcome {
  /** A sentence: what was done. */
  readonly did: string;
  /** A sentence: what an operator must look at, and what to type. */
  readonly problem?: string;
}

/** How long a task may run, in ms. */
export function longestOf({ lane, longest }: Pick<Task, 'lane' | 'longest'>): number {
  return longest ?? (lane === 'quick' ? 15 * 60_000 : 24 * 3_600_000);
}
