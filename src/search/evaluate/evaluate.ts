import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import type { HitSet, LiveSegment } from '../../index/snapshot.ts';
import { finish, type Work } from '../../index/work.ts';
import type { Join } from '../query/tree.ts';
import { adjacent } from './adjacent.ts';
import { type Context, spacesAt } from './context.ts';
import { matching } from './expand.ts';
import type { Plan, PlanStep, TermPlan } from './plan.ts';

/**
 * A bitmap of ordinals that is either ours to change, or shared with a segment's cache. It may hold
 * records that are not live: whoever asks intersects it with the visible records, which are. (So
 * "not" complements to all ordinals, live or not.)
 */
interface Bits {
  readonly bits: RoaringBitmap32;
  readonly owned: boolean;
}

/** The visible records that a plan finds. The caller owns the result. */
export function evaluate(plan: Plan, context: Context): HitSet {
  return finish(evaluating(plan, context));
}

/** The same as work that others may interrupt. */
export function* evaluating(plan: Plan, context: Context): Work<HitSet> {
  const hits: RoaringBitmap32[] = [];
  for (const [index, live] of context.snapshot.segments.entries()) {
    const visible = context.visible[index] as RoaringBitmap32;
    hits.push(
      visible.isEmpty
        ? new RoaringBitmap32()
        : and(yield* evaluateIn(plan, context, live, index), shared(visible)).bits,
    );
  }
  return hits;
}

/** How many visible records a plan finds, without keeping them. */
export function countVisible(plan: Plan, context: Context): number {
  return finish(counting(plan, context));
}

/** The same as work that others may interrupt. */
export function* counting(plan: Plan, context: Context): Work<number> {
  let total = 0;
  for (const [index, live] of context.snapshot.segments.entries()) {
    const visible = context.visible[index] as RoaringBitmap32;
    if (!visible.isEmpty) total += visible.andCardinality((yield* evaluateIn(plan, context, live, index)).bits);
  }
  return total;
}

function* evaluateIn(plan: Plan, context: Context, live: LiveSegment, index: number): Work<Bits> {
  const { segment } = live;
  switch (plan.kind) {
    case 'all':
      return shared(live.live);
    case 'none':
      return owned(new RoaringBitmap32());
    case 'term':
      return union(segment, termEntries(plan, context, segment));
    case 'match':
      return shared(yield* matching(plan, context, segment));
    case 'adjacent':
      return shared(yield* adjacent(plan, context, segment));
    case 'ids':
      return owned(idsBetween(segment, plan.from, plan.to));
    case 'time':
      return owned(within(segment.columns[plan.column], plan.from, plan.below));
    case 'found':
      return shared(plan.hits[index] as RoaringBitmap32);
    case 'join':
      return yield* join(plan.steps, context, live, index);
  }
}

function termEntries(plan: TermPlan, context: Context, segment: Segment): readonly TermEntry[] {
  const entries: TermEntry[] = [];
  for (const space of spacesAt(context, segment, plan.place)) {
    const entry = segment.term(space, plan.term);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function union(segment: Segment, entries: readonly TermEntry[]): Bits {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return shared(segment.ordinals(only));
  return owned(segment.union(entries));
}

function idsBetween(segment: Segment, from: number, to: number): RoaringBitmap32 {
  const { ids } = segment;
  const start = firstAtLeast(ids, from);
  const end = firstAtLeast(ids, to + 1);
  return start < end ? RoaringBitmap32.fromRange(start, end) : new RoaringBitmap32();
}

/** Index of the first id that is `value` or more. */
function firstAtLeast(ids: Uint32Array, value: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function within(times: Uint32Array, from: number, below: number): RoaringBitmap32 {
  const found = new Uint32Array(times.length);
  let count = 0;
  for (let ordinal = 0; ordinal < times.length; ordinal++) {
    const time = times[ordinal] as number;
    if (time >= from && time < below) found[count++] = ordinal;
  }
  return new RoaringBitmap32(found.subarray(0, count));
}

/**
 * Left to right. Within a run of "and" and "not" order does not matter, so terms, which cost
 * nothing, go first, the rarest in front, and the rest is not looked at when nothing is left.
 */
function* join(steps: readonly PlanStep[], context: Context, live: LiveSegment, index: number): Work<Bits> {
  let result: Bits = shared(live.live);
  let started = false;
  for (let at = 0; at < steps.length; ) {
    const step = steps[at] as PlanStep;
    if (step.join === 'or') {
      result = or(result, yield* evaluateIn(step.plan, context, live, index));
      at++;
      continue;
    }
    let end = at;
    while (end < steps.length && steps[end]?.join !== 'or') end++;
    for (const { join: how, evaluate: bitsOf } of cheapestFirst(steps.slice(at, end), context, live, index)) {
      if (result.bits.isEmpty) break;
      const bits = yield* bitsOf();
      if (how === 'not') result = andNot(result, bits);
      else result = started ? and(result, bits) : bits;
      started = true;
    }
    at = end;
  }
  return result;
}

interface PricedStep {
  readonly join: Join;
  readonly cost: number;
  readonly evaluate: () => Work<Bits>;
}

function cheapestFirst(
  steps: readonly PlanStep[],
  context: Context,
  live: LiveSegment,
  index: number,
): readonly PricedStep[] {
  const { segment } = live;
  const priced = steps.map(({ join: how, plan }): PricedStep => {
    const later = how === 'not' ? segment.count : 0;
    if (plan.kind !== 'term') {
      const evaluate = () => evaluateIn(plan, context, live, index);
      return { join: how, cost: later + weightOf(plan) * segment.count, evaluate };
    }
    const entries = termEntries(plan, context, segment);
    const records = entries.reduce((sum, entry) => sum + entry.records, 0);
    return { join: how, cost: later + records, evaluate: () => done(union(segment, entries)) };
  });
  return priced.sort((a, b) => a.cost - b.cost);
}

// biome-ignore lint/correctness/useYield: work that is done at once is work like any other.
function* done<T>(value: T): Work<T> {
  return value;
}

/**
 * What has its bitmap at hand, then what scans a column, then phrases, then scans of dictionaries
 * and inner joins.
 */
function weightOf({ kind }: Plan): number {
  if (kind === 'time') return 2;
  if (kind === 'adjacent') return 4;
  return kind === 'match' || kind === 'join' ? 6 : 0;
}

function shared(bits: RoaringBitmap32): Bits {
  return { bits, owned: false };
}

function owned(bits: RoaringBitmap32): Bits {
  return { bits, owned: true };
}

function and(a: Bits, b: Bits): Bits {
  if (a.owned) return owned(a.bits.andInPlace(b.bits));
  if (b.owned) return owned(b.bits.andInPlace(a.bits));
  return owned(RoaringBitmap32.and(a.bits, b.bits));
}

function or(a: Bits, b: Bits): Bits {
  if (a.owned) return owned(a.bits.orInPlace(b.bits));
  if (b.owned) return owned(b.bits.orInPlace(a.bits));
  return owned(RoaringBitmap32.or(a.bits, b.bits));
}

function andNot(a: Bits, b: Bits): Bits {
  if (a.owned) return owned(a.bits.andNotInPlace(b.bits));
  return owned(RoaringBitmap32.andNot(a.bits, b.bits));
}
