import { keyColumns } from './document.ts';
import type { Segment, TermEntry } from './segment.ts';

/** One thing that two segments of the same records say differently. */
export interface Difference {
  /** The record, or undefined for what belongs to none. */
  readonly record: number | undefined;
  /** In words, as 'word "higgs" of w:title is missing'. */
  readonly what: string;
}

/**
 * What the index says differently from what it should: `actual` is the live one, `expected` what
 * the records give, both with the newest versions only. Stops after `most`.
 */
export function compareSegments(
  actual: Segment,
  expected: Segment,
  codes: ColumnCodes,
  most: number,
): readonly Difference[] {
  const found: Difference[] = [];
  for (const difference of differences(actual, expected, codes)) {
    found.push(difference);
    if (found.length >= most) break;
  }
  return found;
}

function* differences(actual: Segment, expected: Segment, codes: ColumnCodes): Generator<Difference, void, void> {
  let same = actual.count === expected.count;
  for (const { inA, inB, id } of pairs(actual.ids, expected.ids)) {
    if (inA < 0 || inB < 0) {
      yield { record: id, what: inA < 0 ? 'is not in the index' : 'is in the index but not in the library' };
      same = false;
    } else if (actual.revisions[inA] !== expected.revisions[inB]) {
      yield { record: id, what: `is indexed as revision ${actual.revisions[inA]}, not ${expected.revisions[inB]}` };
    } else if (actual.deleted.has(inA) !== expected.deleted.has(inB)) {
      yield {
        record: id,
        what: actual.deleted.has(inA) ? 'is deleted in the index only' : 'is not deleted in the index',
      };
    } else {
      yield* columnDifferences(actual, inA, expected, inB, id);
    }
  }
  // Ordinals mean the same records only then.
  if (!same) return;
  yield* codedDifferences(actual, expected, codes);
  for (const space of new Set([...actual.spaces, ...expected.spaces])) yield* termDifferences(actual, expected, space);
}

/** Sort methods and facets of the site: segments have columns by their codes. */
export interface ColumnCodes {
  readonly sorts: readonly string[];
  readonly facets: readonly string[];
}

/**
 * Columns whose values are numbered within a segment are compared by what the numbers stand for.
 */
function* codedDifferences(a: Segment, b: Segment, { sorts, facets }: ColumnCodes): Generator<Difference, void, void> {
  for (const code of sorts) {
    for (let ordinal = 0; ordinal < a.count; ordinal++) {
      if (sortKey(a, code, ordinal) !== sortKey(b, code, ordinal))
        yield { record: a.ids[ordinal], what: `has a different sort key for the order "${code}"` };
    }
  }
  for (const code of facets) {
    for (let ordinal = 0; ordinal < a.count; ordinal++) {
      if (facetValues(a, code, ordinal) !== facetValues(b, code, ordinal))
        yield { record: a.ids[ordinal], what: `has different values of the facet "${code}"` };
    }
  }
}

function sortKey(segment: Segment, code: string, ordinal: number): string {
  const column = segment.columns.sort(code);
  const rank = column?.ranks[ordinal] ?? 0;
  return column === undefined || rank === 0 ? '' : column.key(rank);
}

function facetValues(segment: Segment, code: string, ordinal: number): string {
  const column = segment.columns.facet(code);
  if (column === undefined) return '';
  const values = column.values.subarray(column.starts[ordinal], column.starts[ordinal + 1]);
  return [...values].map((value) => column.text(value)).join('\n');
}

interface Pair {
  readonly id: number;
  /** Ordinals, -1 where the record is missing. */
  readonly inA: number;
  readonly inB: number;
}

function* pairs(a: Uint32Array, b: Uint32Array): Generator<Pair, void, void> {
  for (let inA = 0, inB = 0; inA < a.length || inB < b.length; ) {
    const idA = a[inA] ?? Number.POSITIVE_INFINITY;
    const idB = b[inB] ?? Number.POSITIVE_INFINITY;
    if (idA === idB) yield { id: idA, inA: inA++, inB: inB++ };
    else if (idA < idB) yield { id: idA, inA: inA++, inB: -1 };
    else yield { id: idB, inA: -1, inB: inB++ };
  }
}

function* columnDifferences(a: Segment, inA: number, b: Segment, inB: number, record: number): Generator<Difference> {
  for (const name of ['created', 'modified', 'year'] as const) {
    const [is, should] = [a.columns[name][inA], b.columns[name][inB]];
    if (is !== should) yield { record, what: `has ${is} in column "${name}", not ${should}` };
  }
  for (const name of keyColumns) {
    if (a.columns.keysOf(name, inA).join() !== b.columns.keysOf(name, inB).join())
      yield { record, what: `has different ${name === 'own' ? 'identifiers' : name} in the citation keys` };
  }
  if (JSON.stringify(a.brief(inA)) !== JSON.stringify(b.brief(inB))) yield { record, what: 'has different brief data' };
}

function* termDifferences(a: Segment, b: Segment, space: string): Generator<Difference, void, void> {
  const inA = a.terms(space, '')[Symbol.iterator]();
  const inB = b.terms(space, '')[Symbol.iterator]();
  let one = inA.next();
  let other = inB.next();
  while (one.done !== true || other.done !== true) {
    const order = one.done ? 1 : other.done ? -1 : compareText(one.value.term, other.value.term);
    if (order < 0) {
      yield* ofTerm(a, one.value as TermEntry, 'should not be there');
      one = inA.next();
    } else if (order > 0) {
      yield* ofTerm(b, other.value as TermEntry, 'is missing');
      other = inB.next();
    } else {
      yield* postingDifferences(a, one.value as TermEntry, b, other.value as TermEntry);
      one = inA.next();
      other = inB.next();
    }
  }
}

function* ofTerm(segment: Segment, entry: TermEntry, what: string): Generator<Difference, void, void> {
  for (const ordinal of segment.list(entry)) yield { record: segment.ids[ordinal], what: `${named(entry)} ${what}` };
}

function* postingDifferences(
  a: Segment,
  entryA: TermEntry,
  b: Segment,
  entryB: TermEntry,
): Generator<Difference, void, void> {
  const one = a.postings(entryA);
  const other = b.postings(entryB);
  for (const { id: ordinal, inA, inB } of pairs(one.ordinals, other.ordinals)) {
    const record = b.ids[ordinal];
    if (inA < 0) yield { record, what: `${named(entryB)} is missing` };
    else if (inB < 0) yield { record, what: `${named(entryA)} should not be there` };
    else if (one.frequencies[inA] !== other.frequencies[inB] || !samePositions(one, inA, other, inB))
      yield { record, what: `${named(entryA)} is at different positions` };
  }
}

function samePositions(
  a: { readonly positions: Uint32Array; readonly starts: Uint32Array },
  inA: number,
  b: { readonly positions: Uint32Array; readonly starts: Uint32Array },
  inB: number,
): boolean {
  const one = a.positions.subarray(a.starts[inA] ?? 0, a.starts[inA + 1] ?? 0);
  const other = b.positions.subarray(b.starts[inB] ?? 0, b.starts[inB + 1] ?? 0);
  return one.length === other.length && one.every((position, place) => position === other[place]);
}

function named({ space, term }: TermEntry): string {
  return `"${term}" of ${space}`;
}

/** Code point order, as dictionaries have it. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
