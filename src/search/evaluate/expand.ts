import { isLongTermKey } from '../../index/segment/term-key.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import type { HitSet } from '../../index/snapshot.ts';
import type { Notice } from '../notices.ts';
import { type Context, notify, spacesAt } from './context.ts';
import type { MatchPlan } from './plan.ts';

/** How often the clock is read while a dictionary is scanned: 2,000 terms take well under a millisecond. */
const termsBetweenLooks = 2000;

/** What a plan stands for, by segment, and the last term that it may stand for when there is a wildcard limit. */
interface Expansion {
  /** The limit counts terms of these records, so it holds for them alone; undefined without one. */
  readonly visible: HitSet | undefined;
  readonly last: string | undefined;
  readonly entries: Map<Segment, readonly TermEntry[]>;
  /** What there was to tell: whoever uses the plan next is told too. */
  readonly notices: Notice[];
}

const expansions = new WeakMap<MatchPlan, Expansion>();

/** Dictionary entries of a segment that a wildcard, span or regular expression stands for. Equal ones of a question are one plan, which is expanded once. */
export function matchEntries(plan: MatchPlan, context: Context, segment: Segment): readonly TermEntry[] {
  const { last, entries, notices } = expansionOf(plan, context);
  const found = entries.get(segment) ?? expand(plan, { ...context, notices }, segment, last);
  entries.set(segment, found);
  for (const notice of notices) notify(context, notice);
  return found;
}

function expansionOf(plan: MatchPlan, context: Context): Expansion {
  const visible = context.wildcardLimit === undefined ? undefined : context.visible;
  const known = expansions.get(plan);
  if (known !== undefined && known.visible === visible) return known;
  const notices: Notice[] = [];
  const last = lastTermAllowed(plan, { ...context, notices });
  const expansion = { visible, last, entries: new Map(), notices };
  expansions.set(plan, expansion);
  return expansion;
}

function expand(plan: MatchPlan, context: Context, segment: Segment, last: string | undefined): readonly TermEntry[] {
  const entries: TermEntry[] = [];
  for (const space of spacesAt(context, segment, plan.place)) {
    for (const entry of scan(plan, context, segment, space)) {
      if (last !== undefined && byCodePoint(entry.term, last) > 0) break;
      entries.push(entry);
    }
  }
  return entries;
}

/**
 * With a wildcard limit, the last term that a plan may stand for. The first terms of the whole library count, not those of each segment:
 * how records are spread over segments never changes an answer.
 */
function lastTermAllowed(plan: MatchPlan, context: Context): string | undefined {
  const limit = context.wildcardLimit;
  if (limit === undefined) return undefined;
  const terms = new Set<string>();
  for (const { segment } of context.snapshot.segments) {
    for (const space of spacesAt(context, segment, plan.place)) {
      let taken = 0;
      for (const entry of scan(plan, context, segment, space)) {
        // A term that only hidden records have would show by the terms it pushes out.
        if (!hasVisible(context, segment, entry)) continue;
        terms.add(entry.term);
        if (++taken > limit) break;
      }
    }
  }
  const sorted = [...terms].sort(byCodePoint);
  const last = sorted.length > limit ? (sorted[limit - 1] ?? '') : undefined;
  if (last !== undefined) notify(context, { kind: 'wildcard-limit', text: plan.text, limit });
  return last;
}

function* scan(plan: MatchPlan, context: Context, segment: Segment, space: string): Generator<TermEntry> {
  const { matcher } = plan;
  // The first look is before the first term: many patterns in one question share one deadline, and past it each costs nothing.
  let untilLook = 1;
  for (const entry of segment.terms(space, matcher.from, matcher.below)) {
    if (--untilLook === 0) {
      untilLook = termsBetweenLooks;
      if (performance.now() >= context.patterns.deadline) {
        notify(context, { kind: 'slow-pattern', text: plan.text });
        return;
      }
    }
    if (isLongTermKey(entry.term) ? testLong(plan, context, segment, entry) : matcher.test(entry.term)) yield entry;
  }
}

/** Of a long value the dictionary has the beginning only: a match there counts, and the asker is told when it is of a record they may see. */
function testLong(plan: MatchPlan, context: Context, segment: Segment, entry: TermEntry): boolean {
  if (hasVisible(context, segment, entry)) notify(context, { kind: 'long-values', text: plan.text });
  return plan.matcher.test(entry.term.slice(0, entry.term.lastIndexOf('\u0001')));
}

/** Is a term in any record that the asker may see? One intersection of bitmaps. */
function hasVisible({ snapshot, visible }: Context, segment: Segment, entry: TermEntry): boolean {
  const index = snapshot.segments.findIndex((one) => one.segment === segment);
  return visible[index]?.intersects(segment.ordinals(entry)) ?? false;
}

/** UTF-16 code units order supplementary characters before U+E000..U+FFFF; dictionaries are in code point order. */
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
