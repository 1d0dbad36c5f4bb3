import type { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Postings, Segment } from '../../index/segment.ts';
import { betweenTurns, type Work } from '../../index/work.ts';
import { type Context, notify } from './context.ts';
import { matchEntries } from './expand.ts';
import { meets } from './meets.ts';
import type { MatchPlan } from './plan.ts';

/**
 * Places of a wildcard within a phrase that are compared in one segment: each takes 12 bytes for a
 * moment.
 */
const mostPlaces = 1_000_000;
/** Lists that are looked at in vain between two turns: a millisecond. */
const listsBetweenTurns = 256;
const none = new Uint32Array(0);

/**
 * What a pattern stands for, as if it were one word, in the records that count. Lists are read one
 * after the other and none is kept: each place goes behind those before it with the number of its
 * record among the candidates, and all are put in order by counting, which takes a step a place
 * where sorting took twenty.
 */
export function* patternPostings(
  plan: MatchPlan,
  candidates: RoaringBitmap32,
  context: Context,
  segment: Segment,
): Work<Postings> {
  const among = candidates.toUint32Array();
  const rankOf = ranksOf(among, segment.count);
  const places = new PlacesByRank();
  const entries = yield* matchEntries(plan, context, segment);
  let inVain = 0;
  for (const entry of entries) {
    if (!meets(segment, entry, candidates)) {
      if (++inVain % listsBetweenTurns === 0) yield;
      continue;
    }
    const list = segment.postings(entry);
    if (entries.length === 1) return list;
    yield* addAll(list, rankOf, places);
    yield;
    if (places.count <= mostPlaces) continue;
    notify(context, { kind: 'wide-phrase', text: plan.text });
    break;
  }
  return yield* inOrder(among, places);
}

/** For each ordinal of a segment: 0, or one more than its index in a list of ordinals. */
function ranksOf(among: Uint32Array, records: number): Uint32Array {
  const ranks = new Uint32Array(records);
  for (let rank = 0; rank < among.length; rank++) ranks[among[rank]!] = rank + 1;
  return ranks;
}

/** Places in the order in which they came, in lists that grow. */
class PlacesByRank {
  ranks = new Uint32Array(1024);
  positions = new Uint32Array(1024);
  count = 0;

  /** Room for so many more. */
  reserve(more: number): void {
    const length = this.count + more;
    if (length <= this.ranks.length) return;
    const room = Math.max(length, this.ranks.length * 2);
    this.ranks = copied(this.ranks, room);
    this.positions = copied(this.positions, room);
  }
}

function copied(from: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(room);
  to.set(from);
  return to;
}

function* addAll(list: Postings, rankOf: Uint32Array, into: PlacesByRank): Work<void> {
  const { ordinals } = list;
  // Each of the three is decoded when it is asked for.
  const isLong = ordinals.length > betweenTurns;
  if (isLong) yield;
  const { starts } = list;
  if (isLong) yield;
  const { positions } = list;
  if (isLong) yield;
  for (let from = 0; from < ordinals.length; from += betweenTurns) {
    if (from > 0) yield;
    const end = Math.min(from + betweenTurns, ordinals.length);
    into.reserve(starts[end]! - starts[from]!);
    const { ranks: toRanks, positions: toPositions } = into;
    let { count } = into;
    for (let i = from; i < end; i++) {
      const rank = rankOf[ordinals[i]!]!;
      if (rank === 0) continue;
      const last = starts[i + 1]!;
      for (let at = starts[i]!; at < last; at++) {
        toRanks[count] = rank - 1;
        toPositions[count++] = positions[at]!;
      }
    }
    into.count = count;
  }
}

/** By record, and within a record ascending; records without any place are left out. */
function* inOrder(among: Uint32Array, { ranks, positions, count }: PlacesByRank): Work<Postings> {
  // First how many there are of each record, then where the next one of it goes; in the end where
  // the next record begins.
  const next = new Uint32Array(among.length + 1);
  for (let at = 0; at < count; at++) {
    if (at % betweenTurns === betweenTurns - 1) yield;
    next[ranks[at]! + 1]!++;
  }
  for (let rank = 0; rank < among.length; rank++) next[rank + 1]! += next[rank]!;
  yield;
  const sorted = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    if (at % betweenTurns === betweenTurns - 1) yield;
    sorted[next[ranks[at]!]!++] = positions[at]!;
  }
  const ordinals = new Uint32Array(among.length);
  const starts = new Uint32Array(among.length + 1);
  let kept = 0;
  let start = 0;
  let turnAt = betweenTurns;
  for (let rank = 0; rank < among.length; rank++) {
    // A record without a place counts for one.
    if (start + rank >= turnAt) {
      turnAt = start + rank + betweenTurns;
      yield;
    }
    const end = next[rank]!;
    if (end === start) continue;
    ascending(sorted, start, end);
    ordinals[kept++] = among[rank]!;
    starts[kept] = end;
    start = end;
  }
  return { ordinals: ordinals.subarray(0, kept), frequencies: none, starts, positions: sorted };
}

const shortRun = 32;

/** Puts `list[start .. end-1]` in order: a few runs that each ascend. */
function ascending(list: Uint32Array, start: number, end: number): void {
  if (end - start > shortRun) {
    list.subarray(start, end).sort();
    return;
  }
  for (let at = start + 1; at < end; at++) {
    const value = list[at]!;
    let to = at;
    for (; to > start && list[to - 1]! > value; to--) list[to] = list[to - 1]!;
    list[to] = value;
  }
}
