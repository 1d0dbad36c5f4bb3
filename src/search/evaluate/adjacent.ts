import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Postings, Segment, TermEntry } from '../../index/segment.ts';
import type { Work } from '../../index/work.ts';
import { type Context, notify } from './context.ts';
import { matching } from './expand.ts';
import { patternPostings } from './pattern-postings.ts';
import type { AdjacentPlan, MatchPlan } from './plan.ts';

/**
 * Records of a segment in which the slots stand at consecutive positions of a word space. A slot is
 * a term, or a pattern. The rarest slot is taken first and each other one, from rare to common,
 * keeps the places that it agrees with.
 */
export function* adjacent(plan: AdjacentPlan, context: Context, segment: Segment): Work<RoaringBitmap32> {
  // What its patterns stand for depends on who asks then.
  if (context.wildcardLimit !== undefined) return yield* find(plan, context, segment);
  const known = found.get(plan) ?? new Map<Segment, RoaringBitmap32>();
  found.set(plan, known);
  const bits = known.get(segment) ?? (yield* find(plan, context, segment));
  known.set(segment, bits);
  return bits;
}

/** Equal phrases of a question are one plan, which is looked up once. */
const found = new WeakMap<AdjacentPlan, Map<Segment, RoaringBitmap32>>();
/**
 * Places of words that a question may compare: some seconds of a core, or ten phrases of the most
 * common words of a million records.
 */
const mostPlacesCompared = 200_000_000;
/** Places that are compared between two places where others may have their turn. */
const placesBetweenTurns = 200_000;

function* find(plan: AdjacentPlan, context: Context, segment: Segment): Work<RoaringBitmap32> {
  const { slots, space } = plan;
  const { done } = context.patterns;
  if (done.places > mostPlacesCompared) {
    notify(context, { kind: 'long-phrases', text: plan.text });
    return new RoaringBitmap32();
  }
  const terms: (TermEntry | undefined)[] = [];
  for (const slot of slots) {
    const entry = typeof slot === 'string' ? segment.term(space, slot) : undefined;
    if (typeof slot === 'string' && entry === undefined) return new RoaringBitmap32();
    terms.push(entry);
  }
  const candidates = yield* withAll(plan, terms, context, segment);
  if (candidates?.isEmpty) return candidates;
  const lists: Slot[] = [];
  for (const [offset, slot] of slots.entries()) {
    const entry = terms[offset];
    const postings =
      entry === undefined
        ? yield* patternPostings(slot as MatchPlan, candidates!, context, segment)
        : segment.postings(entry);
    if (postings.ordinals.length === 0) return new RoaringBitmap32();
    lists.push({ offset, postings });
    done.places += postings.positions.length;
    // Reading a common word takes a good part of a slice.
    if (postings.positions.length > placesBetweenTurns) yield;
  }
  lists.sort((a, b) => a.postings.ordinals.length - b.postings.ordinals.length);
  const [rarest, ...others] = lists;
  if (rarest === undefined) return new RoaringBitmap32();
  let places: Postings = rarest.postings;
  for (const [at, { offset, postings }] of others.entries()) {
    const keepPositions = at < others.length - 1;
    places = yield* agreeing(places, postings, offset - rarest.offset, keepPositions);
  }
  return new RoaringBitmap32(places.ordinals);
}

/**
 * The records that have something in each slot, whatever the place; undefined for a phrase without
 * patterns, where nothing is won by that.
 */
function* withAll(
  { slots }: AdjacentPlan,
  terms: readonly (TermEntry | undefined)[],
  context: Context,
  segment: Segment,
): Work<RoaringBitmap32 | undefined> {
  let all: RoaringBitmap32 | undefined;
  const meet = (bits: RoaringBitmap32): void => {
    all = all === undefined ? bits.clone() : all.andInPlace(bits);
  };
  if (slots.every((slot) => typeof slot === 'string')) return undefined;
  for (const entry of terms) if (entry !== undefined) meet(segment.ordinals(entry));
  for (const slot of slots) if (typeof slot !== 'string') meet(yield* matching(slot, context, segment));
  return all;
}

interface Slot {
  readonly offset: number;
  readonly postings: Postings;
}

const none = new Uint32Array(0);

/**
 * The places of `a` that have one of `b` at the given distance. Positions are left out when only
 * records are wanted. A tight loop: a phrase of two common words compares millions of positions.
 */
function* agreeing(a: Postings, b: Postings, distance: number, keepPositions: boolean): Work<Postings> {
  const { ordinals: aOrdinals, starts: aStarts, positions: aPositions } = a;
  const { ordinals: bOrdinals, starts: bStarts, positions: bPositions } = b;
  const ordinals = new Uint32Array(aOrdinals.length);
  const starts = keepPositions ? new Uint32Array(aOrdinals.length + 1) : none;
  const positions = keepPositions ? new Uint32Array(aPositions.length) : none;
  let count = 0;
  let kept = 0;
  let j = 0;
  for (let i = 0; i < aOrdinals.length; i++) {
    if (i % 16_384 === 16_383) yield;
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

/**
 * Index at or after `from` of the first ordinal that is `ordinal` or more; gallops, since one list
 * may be a thousand times longer.
 */
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
