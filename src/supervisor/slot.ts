import type { Member } from './member.ts';

/**
 * A worker that ends by itself is replaced after this long, doubled each time it ends young again.
 * Milliseconds.
 */
const shortestPause = 100;
const longestPause = 10_000;
/** Who lived so long was no failed start. Milliseconds. */
const grownUp = 30_000;
/** So many young deaths in a row are called by their name. */
const crashLoop = 5;

/** A worker's slot: who has it, and what became of those before. */
export interface Slot {
  /** From 0. */
  readonly number: number;
  member: Member | undefined;
  deaths: number;
  /** Exits in a row of workers that had hardly lived. */
  young: number;
  /** Milliseconds until the next worker starts. */
  pause: number;
}

export function emptySlot(number: number): Slot {
  return { number, member: undefined, deaths: 0, young: 0, pause: shortestPause };
}

/** Its worker has ended by itself at this age, in ms: it is empty, and rests for `pause`. */
export function vacate(slot: Slot, age: number): void {
  slot.member = undefined;
  slot.deaths++;
  slot.young = age > grownUp ? 0 : slot.young + 1;
  slot.pause = slot.young <= 1 ? shortestPause : Math.min(longestPause, slot.pause * 2);
}

/** Has this death made it, or kept it, a crash loop? */
export function isCrashLoop({ young }: Slot): boolean {
  return young > 0 && young % crashLoop === 0;
}
