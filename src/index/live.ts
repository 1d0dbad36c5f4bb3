import type { Site } from '../site/site.ts';
import { RoaringBitmap32 } from './bitmap.ts';
import type { Segment } from './segment.ts';
import type { IndexSnapshot, LiveSegment } from './snapshot.ts';

/**
 * Which version of a record counts is derived: of all segments that hold it, the one with the
 * highest revision, and of equal ones the first in the list. A deletion marker wins like any
 * version and then leaves the record without a live one.
 */
export interface SnapshotInput {
  readonly version: string;
  readonly site: Site;
  readonly siteVersion: number;
  readonly segments: readonly Segment[];
}

/**
 * Makes snapshots and remembers which ordinals two segments hide from each other, since most pairs
 * outlive many snapshots.
 */
export class SnapshotBuilder {
  readonly #pairs = new Map<string, Hidden>();
  readonly #whole = new WeakMap<Segment, RoaringBitmap32>();

  build(input: SnapshotInput): IndexSnapshot {
    const { segments } = input;
    const hidden: (RoaringBitmap32 | undefined)[] = segments.map(() => undefined);
    const used = new Set<string>();
    for (let first = 0; first < segments.length; first++) {
      for (let second = first + 1; second < segments.length; second++) {
        const a = segments[first]!;
        const b = segments[second]!;
        if (!rangesMeet(a.ids, b.ids)) continue;
        const key = `${a.id} ${b.id}`;
        used.add(key);
        const pair = this.#pairs.get(key) ?? hiddenBetween(a, b);
        this.#pairs.set(key, pair);
        hidden[first] = unite(hidden[first], pair.first);
        hidden[second] = unite(hidden[second], pair.second);
      }
    }
    for (const key of this.#pairs.keys()) if (!used.has(key)) this.#pairs.delete(key);
    let records = 0;
    const live = segments.map((segment, place): LiveSegment => {
      const whole = this.#undeleted(segment);
      const lost = hidden[place];
      const ordinals = lost === undefined ? whole : RoaringBitmap32.andNot(whole, lost);
      records += ordinals.size;
      return { segment, live: ordinals };
    });
    return { version: input.version, site: input.site, siteVersion: input.siteVersion, segments: live, records };
  }

  #undeleted(segment: Segment): RoaringBitmap32 {
    let whole = this.#whole.get(segment);
    if (whole === undefined) {
      whole = RoaringBitmap32.fromRange(0, segment.count);
      whole.andNotInPlace(segment.deleted);
      this.#whole.set(segment, whole);
    }
    return whole;
  }
}

/**
 * The ordinals of each segment that no other hides, deletion markers included: what a merge of
 * exactly these keeps. Same order as `segments`.
 */
export function newestVersions(segments: readonly Segment[]): readonly RoaringBitmap32[] {
  const kept = segments.map((segment) => RoaringBitmap32.fromRange(0, segment.count));
  for (let first = 0; first < segments.length; first++) {
    for (let second = first + 1; second < segments.length; second++) {
      if (!rangesMeet(segments[first]!.ids, segments[second]!.ids)) continue;
      const pair = hiddenBetween(segments[first]!, segments[second]!);
      kept[first]!.removeMany(pair.first);
      kept[second]!.removeMany(pair.second);
    }
  }
  return kept;
}

interface Hidden {
  /** Ordinals of the first segment that the second hides. */
  readonly first: readonly number[];
  readonly second: readonly number[];
}

function unite(bitmap: RoaringBitmap32 | undefined, ordinals: readonly number[]): RoaringBitmap32 | undefined {
  if (ordinals.length === 0) return bitmap;
  const united = bitmap ?? new RoaringBitmap32();
  united.addMany(ordinals);
  return united;
}

function rangesMeet(a: Uint32Array, b: Uint32Array): boolean {
  return a.length > 0 && b.length > 0 && a[0]! <= b[b.length - 1]! && b[0]! <= a[a.length - 1]!;
}

function hiddenBetween(a: Segment, b: Segment): Hidden {
  const first: number[] = [];
  const second: number[] = [];
  const meet = (inA: number, inB: number): void => {
    if (a.revisions[inA]! >= b.revisions[inB]!) second.push(inB);
    else first.push(inA);
  };
  // Searching the larger one costs a logarithm for each id of the smaller one; walking both costs
  // one step for each id of both.
  if (a.count * 16 < b.count) searchEach(a.ids, b.ids, meet);
  else if (b.count * 16 < a.count) searchEach(b.ids, a.ids, (inB, inA) => meet(inA, inB));
  else walkBoth(a.ids, b.ids, meet);
  return { first, second };
}

function searchEach(small: Uint32Array, large: Uint32Array, meet: (inSmall: number, inLarge: number) => void): void {
  let from = 0;
  for (let place = 0; place < small.length && from < large.length; place++) {
    from = lowerBound(large, small[place]!, from);
    if (large[from] === small[place]) meet(place, from);
  }
}

function walkBoth(a: Uint32Array, b: Uint32Array, meet: (inA: number, inB: number) => void): void {
  let inA = lowerBound(a, b[0]!, 0);
  let inB = lowerBound(b, a[0]!, 0);
  while (inA < a.length && inB < b.length) {
    const difference = a[inA]! - b[inB]!;
    if (difference === 0) meet(inA++, inB++);
    else if (difference < 0) inA++;
    else inB++;
  }
}

/** The first place at or after `from` whose value is not below `value`. */
function lowerBound(values: Uint32Array, value: number, from: number): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
