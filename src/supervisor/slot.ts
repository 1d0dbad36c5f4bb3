import type { Member } from './member.ts';

/** A worker that ends by itself is replaced after this long, doubled each time it ends young again. Milliseconds. */
const shortestPause = 100;
const longestPause = 10_000;
/** Who lived so long was no failed start. Milliseconds. */
const grownUp = 30_000;
/** So many young deaths in a row are called by their name. */
const crashLoop = 5;

/** A worker's place: who has it, and what became of those before. */
export interface Place {
  /** From 0. */
  readonly number: number;
  member: Member | undefined;
  deaths: number;
  /** Deaths in a row of workers that had hardly lived. */
  young: number;
  /** Milliseconds until the next worker starts. */
  pause: number;
}

export function emptyPlace(number: number): Place {
  return { number, member: undefined, deaths: 0, young: 0, pause: shortestPause };
}

/** Its worker has ended by itself at this age, in ms: it is empty, and rests for `pause`. */
export function vacate(place: Place, age: number): void {
  place.member = undefined;
  place.deaths++;
  place.young = age > grownUp ? 0 : place.young + 1;
  place.pause = place.young <= 1 ? shortestPause : Math.min(longestPause, place.pause * 2);
}

/** Has this death made it, or kept it, a crash loop? */
export function isCrashLoop({ young }: Place): boolean {
  return young > 0 && young % crashLoop === 0;
}
