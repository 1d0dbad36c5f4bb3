import type { RoaringBitmap32 } from '../../index/bitmap.ts';
import { createUnion, type RecordUnion } from '../../index/segment/record-union.ts';
import { isLongTermKey, longMark } from '../../index/segment/term-key.ts';
import type { Segment, TermEntry, TermPage } from '../../index/segment.ts';
import type { HitSet } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import type { Notice } from '../notices.ts';
import { type Context, notify, spacesAt } from './context.ts';
import { meets } from './meets.ts';
import type { MatchPlan } from './plan.ts';

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
 */
export function* matching(plan: MatchPlan, context: Context, segment: Segment): Work<RoaringBitmap32> {
  const { found, notices } = yield* expansionOf(plan, context);
  if (!found.has(segment)) yield* findTogether(plan, context, segment);
  for (const notice of notices) notify(context, notice);
  return found.get(segment)!;
}

/**
 * A plan that is being looked up: the terms of a page that it stands for, and all records so far.
 */
interface Sought {
  readonly plan: MatchPlan;
  readonly expansion: Expansion;
  readonly context: Context;
  readonly records: RecordUnion;
  readonly indexes: number[];
  isOver: boolean;
}

/**
 * Plans of a question that read the same part of a dictionary read it together: fifty of them take
 * as long as three. Terms are met with records while they are read, so that one deadline is for
 * both, and none are kept.
 */
function* findTogether(plan: MatchPlan, context: Context, segment: Segment): Work<void> {
  const all: Sought[] = [];
  for (const other of together(plan, context)) {
    const expansion = yield* expansionOf(other, context);
    if (expansion.found.has(segment)) continue;
    const notices = { ...context, notices: expansion.notices };
    all.push({
      plan: other,
      expansion,
      context: notices,
      records: createUnion(segment.count),
      indexes: [],
      isOver: false,
    });
  }
  const { from, below } = plan.matcher;
  for (const space of spacesAt(context, segment, plan.place)) {
    if (all.every((one) => (one.isOver ||= isOver(one.plan, one.context)))) break;
    for (const page of segment.pages(space, from, below)) {
      for (const one of all) {
        if (one.isOver) continue;
        pick(page, one, segment);
        const { last } = one.expansion;
        const allowed =
          last === undefined
            ? one.indexes
            : one.indexes.filter((index) => byCodePoint(page.entry(index).term, last) <= 0);
        yield* page.addRecords(allowed, one.records);
        yield;
        one.isOver = isOver(one.plan, one.context);
      }
      if (all.every((one) => one.isOver)) break;
    }
  }
  for (const { expansion, records } of all) {
    expansion.found.set(segment, records.toBitmap());
    yield;
  }
}

/** With a limit of terms each plan has an end of its own. */
function together(plan: MatchPlan, context: Context): readonly MatchPlan[] {
  if (context.wildcardLimit !== undefined) return [plan];
  const { from, below } = plan.matcher;
  const place = JSON.stringify(plan.place);
  const others = [...context.patterns.plans.values()].filter(
    (other) =>
      other !== plan &&
      other.matcher.from === from &&
      other.matcher.below === below &&
      JSON.stringify(other.place) === place,
  );
  return [plan, ...others];
}

/** The terms themselves, for a phrase. */
export function* matchEntries(plan: MatchPlan, context: Context, segment: Segment): Work<readonly TermEntry[]> {
  const { last, entries, notices } = yield* expansionOf(plan, context);
  let list = entries.get(segment);
  if (list === undefined) {
    const all: TermEntry[] = [];
    const told = { ...context, notices };
    for (const entry of scan(plan, told, segment, last)) {
      if (entry === undefined) {
        yield;
        continue;
      }
      if (all.push(entry) <= mostTermsInPhrase) continue;
      notify(told, { kind: 'wide-phrase', text: plan.text });
      break;
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
      for (const entry of scanSpace(plan, context, segment, space)) {
        if (entry === undefined) {
          yield;
          continue;
        }
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

/**
 * The terms of all spaces that match, up to the last allowed; undefined where others may have their
 * turn.
 */
function* scan(
  plan: MatchPlan,
  context: Context,
  segment: Segment,
  last: string | undefined,
): Generator<TermEntry | undefined, void> {
  for (const space of spacesAt(context, segment, plan.place)) {
    for (const entry of scanSpace(plan, context, segment, space)) {
      if (entry !== undefined && last !== undefined && byCodePoint(entry.term, last) > 0) break;
      yield entry;
    }
  }
}

function* scanSpace(
  plan: MatchPlan,
  context: Context,
  segment: Segment,
  space: string,
): Generator<TermEntry | undefined, void> {
  const { from, below } = plan.matcher;
  const sought = { plan, context, indexes: [] };
  // The first look is before the first term: many patterns in one question share one deadline, and
  // past it each costs nothing.
  if (isOver(plan, context)) return;
  for (const page of segment.pages(space, from, below)) {
    pick(page, sought, segment);
    for (const index of sought.indexes) yield page.entry(index);
    if (isOver(plan, context)) return;
    yield undefined;
  }
}

/** Finds the terms of a page that a plan stands for. */
function pick(
  page: TermPage,
  { plan, context, indexes }: Pick<Sought, 'plan' | 'context' | 'indexes'>,
  segment: Segment,
): void {
  const { text, starts, first, end } = page;
  const { matcher } = plan;
  const { part } = matcher;
  indexes.length = 0;
  const hasLong = text.includes(longMark);
  if (hasLong) tellOfLong(page, plan, context, segment);
  const take = (index: number): void => {
    const term = text.slice(starts[index], starts[index + 1]);
    const value = hasLong && isLongTermKey(term) ? term.slice(0, term.lastIndexOf(longMark)) : term;
    if (matcher.test(value)) indexes.push(index);
  };
  if (part === '') {
    for (let index = first; index < end; index++) take(index);
    return;
  }
  // Terms are passed over, and not cut out, until one has the part.
  const stop = starts[end]!;
  for (let index = first, at = text.indexOf(part, starts[first]); at !== -1 && at < stop; ) {
    while (starts[index + 1]! <= at) index++;
    if (at + part.length > starts[index + 1]!) {
      at = text.indexOf(part, at + 1);
      continue;
    }
    take(index);
    at = text.indexOf(part, starts[index + 1]);
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
function tellOfLong(page: TermPage, plan: MatchPlan, context: Context, segment: Segment): void {
  const { text, starts, end } = page;
  if (context.notices.some(({ kind, text: of }) => kind === 'long-values' && of === plan.text)) return;
  for (let index = page.first; index < end; index++) {
    const at = text.indexOf(longMark, starts[index]);
    if (at === -1) return;
    while (starts[index + 1]! <= at) index++;
    if (index >= end) return;
    const entry = page.entry(index);
    if (!isLongTermKey(entry.term) || !hasVisible(context, segment, entry)) continue;
    notify(context, { kind: 'long-values', text: plan.text });
    return;
  }
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
