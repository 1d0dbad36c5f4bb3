import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { isLongTermKey } from '../../index/segment/term-key.ts';
import type { FacetColumn, Segment } from '../../index/segment.ts';
import { type Context, spacesAt } from '../evaluate/context.ts';
import type { Place } from '../evaluate/plan.ts';

const recordsRead = 4;
/** Of a paper by three thousand authors the others are found by their first letter. */
const mostValuesRead = 100;

/**
 * Dictionaries have no capitals and accents; the first visible records that have a value say how it
 * is written. `field`: whose value it is, since names are normalised there. Undefined when what the
 * index keeps for drawing a hit does not have it.
 */
export function writtenValue(
  context: Context,
  places: readonly Place[],
  term: string,
  field: string,
): string | undefined {
  for (const [index, { segment }] of context.snapshot.segments.entries()) {
    const visible = context.visible[index]!;
    if (visible.isEmpty) continue;
    for (const space of new Set(places.flatMap((place) => spacesAt(context, segment, place)))) {
      const entry = segment.term(space, term);
      if (entry === undefined) continue;
      const seen = RoaringBitmap32.and(segment.ordinals(entry), visible);
      const text = seen.isEmpty ? undefined : writtenText(context, segment, seen, term, field);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/** The same when it is known which records of a segment have the value. */
export function writtenText(
  context: Context,
  segment: Segment,
  seen: RoaringBitmap32,
  term: string,
  field: string,
): string | undefined {
  for (const ordinal of seen.toUint32Array(recordsRead)) {
    const found = textIn(context, segment, ordinal, term, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

function textIn({ analyzer, snapshot }: Context, segment: Segment, ordinal: number, term: string, field: string) {
  const foldValue = (text: string): string => analyzer.queryValue('', text);
  const { t, a, j } = segment.brief(ordinal);
  const title = foldValue(t);
  if (isLongTermKey(term) ? title.startsWith(term.slice(0, term.lastIndexOf('\u0001'))) : title === term) return t;
  // The title proper, or what follows it.
  const ends = [...t.matchAll(/[:;/]/g)].map(({ index }) => index);
  const parts = ends.flatMap((end) => [t.slice(0, end).trim(), t.slice(end + 1).trim()]);
  const part = parts.find((one) => foldValue(one) === term);
  if (part !== undefined) return part;
  if (foldValue(j) === term) return j;
  const isName = analyzer.field(field)?.names === true;
  const isIt = (text: string): boolean =>
    foldValue(text) === term || (isName && analyzer.queryValue(field, text) === term);
  const name = a.find(isIt);
  if (name !== undefined) return name;
  for (const { code, kind } of snapshot.site.facets) {
    const column = kind === 'values' ? segment.columns.facet(code) : undefined;
    const found = column && valueIn(column, ordinal, term, isIt);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueIn(
  column: FacetColumn,
  ordinal: number,
  term: string,
  isIt: (text: string) => boolean,
): string | undefined {
  const values = column.values.subarray(column.starts[ordinal]!, column.starts[ordinal + 1]!);
  if (values.length <= mostValuesRead) return firstOf(values, column, isIt);
  const letter = String.fromCodePoint(term.codePointAt(0) ?? 0);
  for (const first of new Set([letter.toUpperCase(), letter])) {
    const from = placeOf(column, first);
    const below = placeOf(column, String.fromCodePoint(first.codePointAt(0)! + 1));
    const found = firstOf(
      values.filter((value) => value >= from && value < below),
      column,
      isIt,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstOf(values: Uint32Array, column: FacetColumn, isIt: (text: string) => boolean): string | undefined {
  for (const value of values) {
    const text = column.text(value);
    if (isIt(text)) return text;
  }
  return undefined;
}

/** The first value that is not before a text: they are in code point order. */
function placeOf(column: FacetColumn, text: string): number {
  let low = 0;
  let high = column.distinct;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column.text(middle) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
