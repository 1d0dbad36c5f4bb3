import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { isLongTermKey } from '../../index/segment/term-key.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import type { HitSet } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import type { Notice } from '../notices.ts';
import { type Context, notify, spacesAt } from './context.ts';
import { meets } from './meets.ts';
import type { MatchPlan } from './plan.ts';

/**
 * How often the clock is read while a dictionary is scanned: 500 terms take a tenth of a
 * millisecond, or some milliseconds of a slow regular expression.
 */
const termsBetweenLooks = 500;

/**
 * Of terms that match so many are met with the records at a time, or so many that are in so many
 * records together: some milliseconds.
 */
const termsAtOnce = 1000;
const recordsAtOnce = 200_000;
/** Within a phrase the terms themselves are needed; so many take 10 MB. */
const mostTermsInPhrase = 100_000;

/**
 * What a plan stands for, by segment, and the last term that it may stand for when there is a
 * wildcard limit.
 */
interface Expansion {
  /** The limit counts terms of these records, so it holds for them alone; undefined without one. */
  readonly visible: HitSet | undefined;
  readonly last: string | undefined;
  readonly found: Map<Segment, RoaringBitmap32>;
  readonly entries: Map<Segment, readonly TermEntry[]>;
  /** What there was to tell: whoever uses the plan next is told too. */
  readonly notices: Notice[];
}

const expansions = new WeakMap<MatchPlan, Expansion>();

/**
 * Records of a segment that have a term for which a wildcard, span or regular expression stands;
 * shared, so not to be changed. Equal ones of a question are one plan, which is looked up once.
 * Terms are met with records while they are read, so that one deadline is for both, and none are
 * kept.
 */
export function* matching(plan: MatchPlan, context: Context, segment: Segment): Work<RoaringBitmap32> {
  const { last, found, notices } = yield* expansionOf(plan, context);
  let bits = found.get(segment);
  if (bits === undefined) {
    bits = new RoaringBitmap32();
    for (let list = scanned(plan, { ...context, notices }, segment, last), next = list.next(); ; next = list.next()) {
      if (next.done) break;
      bits.orInPlace(segment.union(next.value));
      yield;
    }
    found.set(segment, bits);
  }
  for (const notice of notices) notify(context, notice);
  return bits;
}

/** The terms themselves, for a phrase. */
export function* matchEntries(plan: MatchPlan, context: Context, segment: Segment): Work<readonly TermEntry[]> {
  const { last, entries, notices } = yield* expansionOf(plan, context);
  let list = entries.get(segment);
  if (list === undefined) {
    const all: TermEntry[] = [];
    for (const some of scanned(plan, { ...context, notices }, segment, last)) {
      for (const entry of some) all.push(entry);
      if (all.length > mostTermsInPhrase) {
        notify({ ...context, notices }, { kind: 'wide-phrase', text: plan.text });
        break;
      }
      yield;
    }
    list = all;
    entries.set(segment, list);
  }
  for (const notice of notices) notify(context, notice);
  return list;
}

function* expansionOf(plan: MatchPlan, context: Context): Work<Expansion> {
  const visible = context.wildcardLimit === undefined ? undefined : context.visible;
  const known = expansions.get(plan);
  if (known !== undefined && known.visible === visible) return known;
  const notices: Notice[] = [];
  const last = yield* lastTermAllowed(plan, { ...context, notices });
  const expansion = { visible, last, found: new Map(), entries: new Map(), notices };
  expansions.set(plan, expansion);
  return expansion;
}

/**
 * With a wildcard limit, the last term that a plan may stand for. The first terms of the whole
 * library count, not those of each segment: how records are spread over segments never changes an
 * answer.
 */
function* lastTermAllowed(plan: MatchPlan, context: Context): Work<string | undefined> {
  const limit = context.wildcardLimit;
  if (limit === undefined) return undefined;
  const terms = new Set<string>();
  for (const { segment } of context.snapshot.segments) {
    for (const space of spacesAt(context, segment, plan.place)) {
      let taken = 0;
      for (const entry of scan(plan, context, segment, space)) {
        if (entry === undefined) {
          yield;
          continue;
        }
        // A term that only hidden records have would show by the terms it pushes out.
        if (!hasVisible(context, segment, entry)) continue;
        terms.add(entry.term);
        if (++taken > limit) break;
        if (taken % termsAtOnce === 0) yield;
      }
    }
  }
  const sorted = [...terms].sort(byCodePoint);
  const last = sorted.length > limit ? (sorted[limit - 1] ?? '') : undefined;
  if (last !== undefined) notify(context, { kind: 'wildcard-limit', text: plan.text, limit });
  return last;
}

/** The terms of all spaces, some at a time; none where a good many were looked at in vain. */
function* scanned(
  plan: MatchPlan,
  context: Context,
  segment: Segment,
  last: string | undefined,
): Generator<readonly TermEntry[], void> {
  let some: TermEntry[] = [];
  let records = 0;
  for (const space of spacesAt(context, segment, plan.place)) {
    for (const entry of scan(plan, context, segment, space)) {
      if (entry === undefined) {
        yield some;
        some = [];
        records = 0;
        continue;
      }
      if (last !== undefined && byCodePoint(entry.term, last) > 0) break;
      some.push(entry);
      records += entry.records;
      if (some.length < termsAtOnce && records < recordsAtOnce) continue;
      yield some;
      some = [];
      records = 0;
      if (isOver(plan, context)) return;
    }
  }
  if (some.length > 0) yield some;
}

/** The terms that match; undefined after a number of terms, which takes a millisecond at most. */
function* scan(
  plan: MatchPlan,
  context: Context,
  segment: Segment,
  space: string,
): Generator<TermEntry | undefined, void> {
  const { matcher } = plan;
  // The first look is before the first term: many patterns in one question share one deadline, and
  // past it each costs nothing.
  let untilLook = 1;
  for (const entry of segment.terms(space, matcher.from, matcher.below)) {
    if (--untilLook === 0) {
      untilLook = termsBetweenLooks;
      if (isOver(plan, context)) return;
      yield undefined;
    }
    if (isLongTermKey(entry.term) ? testLong(plan, context, segment, entry) : matcher.test(entry.term)) yield entry;
  }
}

/** Has this question had its time? The asker is told. */
function isOver(plan: MatchPlan, context: Context): boolean {
  if (performance.now() < context.patterns.deadline) return false;
  notify(context, { kind: 'slow-pattern', text: plan.text });
  return true;
}

/**
 * Of a long value the dictionary has the beginning only: a match there counts, and the asker is
 * told when it is of a record they may see.
 */
function testLong(plan: MatchPlan, context: Context, segment: Segment, entry: TermEntry): boolean {
  if (hasVisible(context, segment, entry)) notify(context, { kind: 'long-values', text: plan.text });
  return plan.matcher.test(entry.term.slice(0, entry.term.lastIndexOf('\u0001')));
}

/** Is a term in any record that the asker may see? One intersection of bitmaps. */
function hasVisible({ snapshot, visible }: Context, segment: Segment, entry: TermEntry): boolean {
  const index = snapshot.segments.findIndex((one) => one.segment === segment);
  const bits = visible[index];
  return bits !== undefined && meets(segment, entry, bits);
}

/**
 * UTF-16 code units order supplementary characters before U+E000..U+FFFF; dictionaries are in code
 * point order.
 */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const bothHigh = left >= 0xd800 && right >= 0xd800;
    return bothHigh && left >= 0xe000 !== right >= 0xe000 ? (left >= 0xe000 ? -1 : 1) : left - right;
  }
  return a.length - b.length;
}
