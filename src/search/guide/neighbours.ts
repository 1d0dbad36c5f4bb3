import type { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import { type Context, spacesAt } from '../evaluate/context.ts';
import { byCodePoint } from '../evaluate/expand.ts';
import { meets } from '../evaluate/meets.ts';
import type { Place } from '../evaluate/plan.ts';

export type Direction = 'forwards' | 'backwards';

/**
 * A walk looks at so many terms, so that somebody who may see little of a large library does not
 * wait for the whole dictionary. About 40 ms when all of them belong to records that may not be
 * seen.
 */
const mostTermsLooked = 20_000;

interface Cursor {
  readonly segment: Segment;
  readonly visible: RoaringBitmap32;
  readonly rest: Iterator<TermEntry>;
  entry: TermEntry;
}

/**
 * The terms at some places that a visible record has, each once, from `start` on (itself included)
 * or backwards from before it: the dictionaries of all segments and spaces walked side by side.
 * Terms of invisible records are passed over without a trace.
 */
export function* visibleTerms(
  context: Context,
  places: readonly Place[],
  start: string,
  direction: Direction,
): Generator<string, void, void> {
  const cursors = openCursors(context, places, start, direction);
  const sign = direction === 'forwards' ? 1 : -1;
  for (let looked = 0; cursors.length > 0 && looked < mostTermsLooked; looked++) {
    let next = cursors[0]!.entry.term;
    for (const { entry } of cursors) if (sign * byCodePoint(entry.term, next) < 0) next = entry.term;
    let seen = false;
    for (let at = cursors.length - 1; at >= 0; at--) {
      const cursor = cursors[at]!;
      if (cursor.entry.term !== next) continue;
      seen ||= isVisible(cursor);
      const step = cursor.rest.next();
      if (step.done === true) cursors.splice(at, 1);
      else cursor.entry = step.value;
    }
    if (seen) yield next;
  }
}

function openCursors(context: Context, places: readonly Place[], start: string, direction: Direction): Cursor[] {
  const cursors: Cursor[] = [];
  for (const [index, { segment }] of context.snapshot.segments.entries()) {
    const visible = context.visible[index]!;
    if (visible.isEmpty) continue;
    for (const space of new Set(places.flatMap((place) => spacesAt(context, segment, place)))) {
      const terms = direction === 'forwards' ? segment.terms(space, start) : segment.termsBefore(space, start);
      const rest = terms[Symbol.iterator]();
      const first = rest.next();
      if (first.done !== true) cursors.push({ segment, visible, rest, entry: first.value });
    }
  }
  return cursors;
}

function isVisible({ segment, visible, entry }: Cursor): boolean {
  return meets(segment, entry, visible);
}
