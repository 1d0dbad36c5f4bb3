import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Postings, Segment, TermEntry } from '../../index/segment.ts';
import type { MatchPlan } from './plan.ts';

/**
 * Records of a segment in which the slots stand at consecutive positions of a word space. A slot is a term, or a pattern whose terms are
 * given by `expand`. The rarest slot is taken first and each other one, from rare to common, keeps the places that it agrees with.
 */
export function adjacent(
  segment: Segment,
  space: string,
  slots: readonly (string | MatchPlan)[],
  expand: (slot: MatchPlan) => readonly TermEntry[],
): RoaringBitmap32 {
  const lists: Slot[] = [];
  for (const [offset, slot] of slots.entries()) {
    const entries = typeof slot === 'string' ? oneEntry(segment, space, slot) : expand(slot);
    if (entries.length === 0) return new RoaringBitmap32();
    lists.push({ offset, postings: mergedPostings(entries.map((entry) => segment.postings(entry))) });
  }
  lists.sort((a, b) => a.postings.ordinals.length - b.postings.ordinals.length);
  const [rarest, ...others] = lists;
  if (rarest === undefined) return new RoaringBitmap32();
  let places: Postings = rarest.postings;
  for (const [at, { offset, postings }] of others.entries()) {
    const keepPositions = at < others.length - 1;
    places = agreeing(places, postings, offset - rarest.offset, keepPositions);
  }
  return new RoaringBitmap32(places.ordinals);
}

interface Slot {
  readonly offset: number;
  readonly postings: Postings;
}

function oneEntry(segment: Segment, space: string, term: string): readonly TermEntry[] {
  const entry = segment.term(space, term);
  return entry === undefined ? [] : [entry];
}

const none = new Uint32Array(0);

/**
 * The places of `a` that have one of `b` at the given distance. Positions are left out when only records are wanted. A tight loop: a phrase of two
 * common words compares millions of positions.
 */
function agreeing(a: Postings, b: Postings, distance: number, keepPositions: boolean): Postings {
  const { ordinals: aOrdinals, starts: aStarts, positions: aPositions } = a;
  const { ordinals: bOrdinals, starts: bStarts, positions: bPositions } = b;
  const ordinals = new Uint32Array(aOrdinals.length);
  const starts = keepPositions ? new Uint32Array(aOrdinals.length + 1) : none;
  const positions = keepPositions ? new Uint32Array(aPositions.length) : none;
  let count = 0;
  let kept = 0;
  let j = 0;
  for (let i = 0; i < aOrdinals.length; i++) {
    const ordinal = aOrdinals[i] as number;
    j = firstAtLeast(bOrdinals, ordinal, j);
    if (j === bOrdinals.length) break;
    if (bOrdinals[j] !== ordinal) continue;
    const aEnd = aStarts[i + 1] as number;
    const bEnd = bStarts[j + 1] as number;
    let x = aStarts[i] as number;
    let y = bStarts[j] as number;
    let found = false;
    while (x < aEnd && y < bEnd) {
      const difference = (aPositions[x] as number) + distance - (bPositions[y] as number);
      if (difference > 0) y++;
      else if (difference < 0) x++;
      else {
        found = true;
        if (!keepPositions) break;
        positions[kept++] = aPositions[x++] as number;
      }
    }
    if (!found) continue;
    ordinals[count++] = ordinal;
    if (keepPositions) starts[count] = kept;
  }
  return { ordinals: ordinals.subarray(0, count), frequencies: none, starts, positions };
}

/** Index at or after `from` of the first ordinal that is `ordinal` or more; gallops, since one list may be a thousand times longer. */
function firstAtLeast(ordinals: Uint32Array, ordinal: number, from: number): number {
  const { length } = ordinals;
  let low = from;
  // Common words follow each other closely: a few steps mostly do.
  for (const near = low + 4; low < near; low++) if (low >= length || (ordinals[low] as number) >= ordinal) return low;
  let step = 4;
  while (low + step < length && (ordinals[low + step] as number) < ordinal) {
    low += step;
    step <<= 1;
  }
  let high = Math.min(low + step, length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordinals[middle] as number) < ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a slot with a wildcard stands for, as if it were one word. */
function mergedPostings(lists: readonly Postings[]): Postings {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  const bits = 2 ** 32;
  const places = new Float64Array(lists.reduce((sum, { positions }) => sum + positions.length, 0));
  let filled = 0;
  for (const { ordinals, starts, positions } of lists) {
    for (let i = 0; i < ordinals.length; i++) {
      const end = starts[i + 1] as number;
      for (let at = starts[i] as number; at < end; at++) {
        places[filled++] = (ordinals[i] as number) * bits + (positions[at] as number);
      }
    }
  }
  places.sort();
  const ordinals = new Uint32Array(filled);
  const starts = new Uint32Array(filled + 1);
  const positions = new Uint32Array(filled);
  let count = 0;
  for (let i = 0; i < filled; i++) {
    const place = places[i] as number;
    const ordinal = Math.floor(place / bits);
    if (count === 0 || ordinals[count - 1] !== ordinal) ordinals[count++] = ordinal;
    positions[i] = place % bits;
    starts[count] = i + 1;
  }
  return { ordinals: ordinals.subarray(0, count), frequencies: none, starts, positions };
}
