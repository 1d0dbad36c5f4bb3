import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { FacetColumn } from '../index/segment.ts';
import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import type { Work } from '../index/work.ts';
import { finish, manyHits } from '../index/work.ts';
import type { FacetDefinition, FacetKind } from '../site/site.ts';
import { byCodePoint } from './evaluate/expand.ts';
import { numbering } from './facet-numbers.ts';
import { countFew, hasFewValues, valueBitmaps } from './few-values.ts';
import { segmentAt } from './hit.ts';
import { OrdinalMemory } from './scratch-buffers.ts';
import { stageOf } from './stages.ts';
import { type Counted, mostFrequent, topValues } from './top-values.ts';
import { parseYearSpan } from './year-span.ts';

export interface FacetValue {
  readonly value: string;
  /** For people: a collection's name, or what the facet's knowledge base says. */
  readonly label: string;
  readonly count: number;
  readonly selected: boolean;
}

export interface FacetResult {
  readonly code: string;
  readonly kind: FacetKind;
  /** Most frequent first; years in ascending order, all of them. */
  readonly values: readonly FacetValue[];
}

/** How many values of a facet are shown, beside the selected ones. */
export const facetLength = 10;

/**
 * Hits whose values are counted. Their ordinals by segment, ascending, are made when they are first
 * asked for, once for all facets.
 */
export interface CountedHits {
  readonly hits: HitSet;
  lists(): readonly Uint32Array[];
}

export function counted(hits: HitSet): CountedHits {
  return countedIn(hits, (bits) => bits.toUint32Array());
}

function countedIn(hits: HitSet, listOf: (bits: RoaringBitmap32, segment: number) => Uint32Array): CountedHits {
  let lists: readonly Uint32Array[] | undefined;
  return { hits, lists: () => (lists ??= hits.map(listOf)) };
}

/** Lists by segment that are used again by the next question. */
class ListMemory {
  readonly #segments: OrdinalMemory[] = [];

  /** Valid until the next call. */
  counted(hits: HitSet): CountedHits {
    while (this.#segments.length < hits.length) this.#segments.push(new OrdinalMemory());
    return countedIn(hits, (bits, segment) => this.#segments[segment]!.of(bits));
  }
}

/** For all hits, and for those without the choices made in one facet. */
const allLists = new ListMemory();
const otherLists = new ListMemory();

/**
 * The most frequent values of a facet among hits, exact over all segments, equal ones in code point
 * order.
 */
export function* topValuesOf(
  snapshot: IndexSnapshot,
  code: string,
  { hits, lists }: CountedHits,
  wanted: number,
): Work<readonly Counted[]> {
  const columns = columnsOf(snapshot, code);
  if (areFewOfMany(columns, hits, snapshot)) {
    const segments = columns.map(({ column, index }) => ({ column, hits: hits[index] as RoaringBitmap32 }));
    return mostFrequent(yield* countFew(segments), wanted);
  }
  const listed = columns.map(({ column, index }) => ({ column, ordinals: lists()[index] as Uint32Array }));
  return yield* topValues(code, listed, wanted);
}

/** Makes what counting a facet looks at and keeps, so that counting itself need not wait. */
function* prepare(snapshot: IndexSnapshot, code: string, hits: HitSet): Work<void> {
  // A column that is asked for the first time is read and checked.
  for (const { segment } of snapshot.segments) {
    segment.columns.facet(code);
    yield;
  }
  const columns = columnsOf(snapshot, code);
  const list = columns.map(({ column }) => column);
  if (areFewOfMany(columns, hits, snapshot)) for (const column of list) yield* valueBitmaps(column);
  else yield* numbering(code, list);
}

interface PlacedColumn {
  readonly column: FacetColumn;
  /** Of its segment. */
  readonly index: number;
}

function columnsOf({ segments }: IndexSnapshot, code: string): readonly PlacedColumn[] {
  return segments.flatMap(({ segment }, index) => {
    const column = segment.columns.facet(code);
    return column === undefined ? [] : [{ column, index }];
  });
}

function areFewOfMany(columns: readonly PlacedColumn[], hits: HitSet, snapshot: IndexSnapshot): boolean {
  return areMany(hits, snapshot) && columns.every(({ column }) => hasFewValues(column));
}

/** From this part of all records on, bitmaps that are made once for all questions pay. */
const manyPart = 256;

function areMany(hits: HitSet, { records }: IndexSnapshot): boolean {
  return hits.reduce((sum, bits) => sum + bits.size, 0) * manyPart >= records;
}

const knownNumbers = new WeakMap<FacetColumn, Map<string, number>>();
/** Values that are asked for are mostly the same frequent ones. */
const maximumKnownNumbers = 2000;

/** The number of a value in a column, or -1. */
function valueNumber(column: FacetColumn, text: string): number {
  const numbers = knownNumbers.get(column) ?? new Map<string, number>();
  knownNumbers.set(column, numbers);
  const known = numbers.get(text);
  if (known !== undefined) return known;
  if (numbers.size >= maximumKnownNumbers) numbers.clear();
  const found = findValue(column, text);
  numbers.set(text, found);
  return found;
}

function findValue(column: FacetColumn, text: string): number {
  let low = 0;
  let high = column.distinct - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = byCodePoint(column.text(middle), text);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Records of a segment's column that have the value. */
function havingValue(snapshot: IndexSnapshot, code: string, text: string, hits: HitSet): HitSet {
  return hits.map((bits, index) => {
    const column = segmentAt(snapshot, index).columns.facet(code);
    const wanted = column === undefined ? -1 : valueNumber(column, text);
    if (column === undefined || wanted === -1) return new RoaringBitmap32();
    return filter(bits, (ordinal) => {
      const end = column.starts[ordinal + 1] as number;
      for (let at = column.starts[ordinal] as number; at < end; at++) if (column.values[at] === wanted) return true;
      return false;
    });
  });
}

function havingYear(snapshot: IndexSnapshot, from: number, to: number, hits: HitSet): HitSet {
  return hits.map((bits, index) => {
    const { year } = segmentAt(snapshot, index).columns;
    return filter(bits, (ordinal) => (year[ordinal] as number) >= from && (year[ordinal] as number) <= to);
  });
}

const filtered = new OrdinalMemory();

function filter(bits: RoaringBitmap32, keep: (ordinal: number) => boolean): RoaringBitmap32 {
  const ordinals = filtered.of(bits);
  let count = 0;
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number;
    if (keep(ordinal)) ordinals[count++] = ordinal;
  }
  return new RoaringBitmap32(ordinals.subarray(0, count));
}

/** Records by year, ascending; those without a year are left out. */
export function* countYears(snapshot: IndexSnapshot, hits: CountedHits): Work<readonly Counted[]> {
  // Ours until the end: other questions that count meanwhile make their own.
  const counts = yearTotals ?? new Uint32Array(0x10000);
  yearTotals = undefined;
  let first = counts.length;
  let last = 0;
  for (const [index, ordinals] of hits.lists().entries()) {
    const { year } = segmentAt(snapshot, index).columns;
    for (let i = 0; i < ordinals.length; i++) {
      const value = year[ordinals[i]!]!;
      counts[value]!++;
      if (value < first && value > 0) first = value;
      if (value > last) last = value;
    }
    if (ordinals.length >= manyHits) yield;
  }
  const years: Counted[] = [];
  for (let year = first; year <= last; year++) {
    const count = counts[year]!;
    if (count > 0) years.push({ text: String(year), count });
  }
  counts.fill(0, first, last + 1)[0] = 0;
  yearTotals = counts;
  return years;
}

/**
 * For each year; with zeros only, and let go of when a question ends before its years are counted.
 * Most records are of a few hundred years: zeros for all that there can be, and looking at each,
 * took a sixteenth of a page.
 */
let yearTotals: Uint32Array | undefined;

/** A collection with those of its records that may be counted. */
export interface NamedHits {
  readonly name: string;
  readonly label: string;
  readonly hits: HitSet;
}

/** What was chosen in facets, and what the collection facet offers. */
export interface FacetChoices {
  readonly facets: Readonly<Record<string, readonly string[]>>;
  readonly excluded: Readonly<Record<string, readonly string[]>>;
  readonly collections: readonly NamedHits[];
}

/**
 * Hits that agree with the choices made in every facet but `except`. Values chosen in one facet are
 * alternatives; those excluded are in none, `except` or not.
 */
export function narrow(snapshot: IndexSnapshot, found: HitSet, choices: FacetChoices, except = ''): HitSet {
  let hits = found;
  for (const definition of snapshot.site.facets) {
    for (const value of chosenIn(choices.excluded, definition.code)) {
      const having = ways[definition.kind].having({ snapshot, definition, choices }, value, hits);
      hits = hits.map((bits, index) => RoaringBitmap32.andNot(bits, having[index] as RoaringBitmap32));
    }
    const chosen = chosenIn(choices.facets, definition.code);
    if (chosen.length === 0 || definition.code === except) continue;
    const before = hits;
    const alternatives = chosen.map((value) =>
      ways[definition.kind].having({ snapshot, definition, choices }, value, before),
    );
    hits = before.map((_, index) => RoaringBitmap32.orMany(alternatives.map((each) => each[index] as RoaringBitmap32)));
  }
  return hits;
}

function chosenIn(values: FacetChoices['facets'], code: string): readonly string[] {
  return Object.hasOwn(values, code) ? (values[code] ?? []) : [];
}

/** What is asked of a facet. */
interface FacetQuestion {
  readonly snapshot: IndexSnapshot;
  readonly definition: FacetDefinition;
  readonly choices: FacetChoices;
}

/** How a kind of facets narrows and counts. */
interface FacetWay {
  /** Those of the hits that have a value. */
  readonly having: (question: FacetQuestion, value: string, hits: HitSet) => HitSet;
  readonly count: (
    question: FacetQuestion,
    listed: CountedHits,
    chosen: readonly string[],
  ) => Work<readonly FacetValue[]>;
}

const ways: Readonly<Record<FacetKind, FacetWay>> = {
  values: {
    having: ({ snapshot, definition }, value, hits) => havingValue(snapshot, definition.code, value, hits),
    *count({ snapshot, definition: { code, labels: names } }, listed, chosen) {
      const best = yield* stageOf(`facet ${code}`, topValuesOf(snapshot, code, listed, facetLength));
      const missing = chosen.filter((text) => !best.some((each) => each.text === text));
      const all = [
        ...best,
        ...missing.map((text) => ({ text, count: countHaving(snapshot, code, text, listed.hits) })),
      ];
      const labels = names === undefined ? {} : (snapshot.site.knowledge[names] ?? {});
      const label = (text: string) => (Object.hasOwn(labels, text) ? (labels[text] ?? text) : text);
      return all.map(({ text, count }) => value(text, label(text), count, chosen.includes(text)));
    },
  },
  year: {
    having: ({ snapshot }, value, hits) => havingYear(snapshot, ...yearsOf(value), hits),
    *count({ snapshot }, listed, chosen) {
      const years = yield* countYears(snapshot, listed);
      const isChosen = (year: string) => chosen.some((span) => within(Number(year), yearsOf(span)));
      return years.map(({ text, count }) => value(text, text, count, isChosen(text)));
    },
  },
  collection: {
    having: ({ choices }, value, hits) => {
      const collection = choices.collections.find(({ name }) => name === value);
      return hits.map((bits, index) =>
        collection === undefined
          ? new RoaringBitmap32()
          : RoaringBitmap32.and(bits, collection.hits[index] as RoaringBitmap32),
      );
    },
    *count({ choices }, listed, chosen) {
      yield;
      return collectionValues(choices.collections, listed.hits, chosen);
    },
  },
};

/** The years themselves; 65535 is the last one that a column of years can have. */
function yearsOf(text: string): readonly [number, number] {
  const span = parseYearSpan(text);
  return span === undefined ? [1, 0] : [span.from ?? 1, span.to ?? 65535];
}

/**
 * The site's facets over what was found; each one ignores the choices made in itself, so that its
 * other values stay in reach. Others have their turn between two facets of many hits.
 */
export function* facetsOf(
  snapshot: IndexSnapshot,
  found: HitSet,
  hits: HitSet,
  choices: FacetChoices,
): Work<readonly FacetResult[]> {
  for (const { code, kind } of snapshot.site.facets) if (kind === 'values') yield* prepare(snapshot, code, hits);
  const isMuch = found.reduce((sum, bits) => sum + bits.size, 0) >= manyHits;
  const listedHits = (memory: ListMemory, list: HitSet): CountedHits => (isMuch ? counted(list) : memory.counted(list));
  const all = listedHits(allLists, hits);
  const results: FacetResult[] = [];
  for (const definition of snapshot.site.facets) {
    const chosen = chosenIn(choices.facets, definition.code);
    const listed =
      chosen.length === 0 ? all : listedHits(otherLists, narrow(snapshot, found, choices, definition.code));
    const { code, kind } = definition;
    const work = ways[kind].count({ snapshot, definition, choices }, listed, chosen);
    results.push({ code, kind, values: isMuch ? yield* work : finish(work) });
    if (isMuch) yield;
  }
  return results;
}

function collectionValues(collections: readonly NamedHits[], hits: HitSet, chosen: readonly string[]): FacetValue[] {
  return collections
    .map(({ name, label, hits: members }) => value(name, label, overlap(members, hits), chosen.includes(name)))
    .filter(({ count, selected }) => count > 0 || selected);
}

function value(text: string, label: string, count: number, selected: boolean): FacetValue {
  return { value: text, label, count, selected };
}

function within(year: number, [from, to]: readonly [number, number]): boolean {
  return year >= from && year <= to;
}

function countHaving(snapshot: IndexSnapshot, code: string, text: string, hits: HitSet): number {
  return havingValue(snapshot, code, text, hits).reduce((sum, bits) => sum + bits.size, 0);
}

function overlap(a: HitSet, b: HitSet): number {
  return a.reduce((sum, bits, index) => sum + bits.andCardinality(b[index] as RoaringBitmap32), 0);
}
