import fc from 'fast-check';
import type { Brief } from '../brief.ts';
import { type IndexedRecord, noKeys, type RecordColumns, type RecordKeys } from '../document.ts';
import { createInverter } from './inverter.ts';
import type { SegmentData } from './output.ts';

/** For tests: a record with its terms, and segments as Maps that are too simple to be wrong. */
export interface ToldRecord {
  readonly record: IndexedRecord;
  readonly words: readonly (readonly [space: string, term: string, position: number])[];
  readonly values: readonly (readonly [space: string, term: string])[];
}

export function invert(records: readonly ToldRecord[]): SegmentData {
  const inverter = createInverter();
  for (const { record, words, values } of records) {
    inverter.begin(record);
    for (const [space, term, position] of words) inverter.word(inverter.space(space), inverter.term(term), position);
    for (const [space, term] of values) inverter.value(inverter.space(space), term);
  }
  return inverter.finish();
}

/** Space -> term -> ordinal -> positions, ascending and distinct (none for values). */
export type NaiveTerms = Map<string, Map<string, Map<number, number[]>>>;

export function naiveTerms(records: readonly ToldRecord[]): NaiveTerms {
  const spaces: NaiveTerms = new Map();
  const postings = (space: string, term: string, ordinal: number): number[] => {
    const terms = spaces.get(space) ?? new Map<string, Map<number, number[]>>();
    const list = terms.get(term) ?? new Map<number, number[]>();
    const positions = list.get(ordinal) ?? [];
    spaces.set(space, terms.set(term, list.set(ordinal, positions)));
    return positions;
  };
  records.forEach(({ words, values }, ordinal) => {
    for (const [space, term, position] of words) {
      const positions = postings(space, term, ordinal);
      if (!positions.includes(position)) positions.push(position);
      positions.sort((a, b) => a - b);
    }
    for (const [space, term] of values) postings(space, term, ordinal);
  });
  return spaces;
}

/** Code point order, spelled out. */
export function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a, (character) => character.codePointAt(0)!);
  const right = Array.from(b, (character) => character.codePointAt(0)!);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i]! - right[i]!;
  }
  return left.length - right.length;
}

export const noColumns: RecordColumns = { created: 0, modified: 0, year: 0, sorts: {}, facets: {}, keys: noKeys };
export const plainBrief: Brief = {
  t: 'Title',
  a: ['Ellis, J'],
  n: 1,
  y: 1996,
  j: '',
  i: [['doi', '10.1/x']],
  k: [],
  s: '',
  f: 0,
};

const astral = fc.constantFrom('a', 'b', 'z', 'é', '\uffee', '\u{10400}', '\u{1d49e}', '漢', '\u0000', '\u0001', ' ');
const text = fc.string({ unit: astral, maxLength: 6 });
/**
 * Words from a small vocabulary, so that lists grow and prefixes are shared; now and then a long or
 * an odd one.
 */
const term = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 300 }).map((n) => `word${n}`) },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.string({ unit: astral, minLength: 150, maxLength: 700 }) },
);
const position = fc.oneof({ weight: 9, arbitrary: fc.nat(400) }, { weight: 1, arbitrary: fc.nat(0xfffffffe) });

/** Plain objects, as ours are. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const brief: fc.Arbitrary<Brief> = record({
  t: text,
  a: fc.array(text, { maxLength: 3 }),
  n: fc.nat(3000),
  y: fc.nat(2100),
  j: text,
  i: fc.array(fc.tuple(text, text), { maxLength: 2 }),
  k: fc.array(text, { maxLength: 2 }),
  s: text,
  f: fc.nat(3),
});

const keyList = fc
  .array(fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)), { maxLength: 5 })
  .map((pairs) => pairs.flat());
const keys: fc.Arbitrary<RecordKeys> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(noKeys) },
  { weight: 3, arbitrary: record({ own: keyList, references: keyList, authors: keyList }) },
);

const columns: fc.Arbitrary<RecordColumns> = record({
  created: fc.nat(0xffffffff),
  modified: fc.nat(0xffffffff),
  year: fc.nat(0xffff),
  sorts: fc.dictionary(fc.constantFrom('title', 'author'), text, { noNullPrototype: true }),
  facets: fc.dictionary(fc.constantFrom('subject', 'type'), fc.uniqueArray(text, { maxLength: 4 }), {
    noNullPrototype: true,
  }),
  keys,
});

const told = record({
  gap: fc.integer({ min: 1, max: 3 }),
  revision: fc.integer({ min: 1, max: 5 }),
  deleted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  columns,
  brief,
  words: fc.array(fc.tuple(fc.constantFrom('w:any', 'w:title'), term, position), { maxLength: 12 }),
  values: fc.array(fc.tuple(fc.constantFrom('v:author', 'm:245__a', 'm:008'), term), { maxLength: 6 }),
});

/** Records in ascending id. */
export function toldRecords(maxLength: number): fc.Arbitrary<ToldRecord[]> {
  return fc.array(told, { maxLength, size: 'max' }).map((all) => {
    let id = 0;
    return all.map(({ gap, revision, deleted, columns: theirs, brief: hit, words, values }) => {
      id += gap;
      const indexed = { id, revision, deleted, columns: theirs, brief: hit };
      return { record: indexed, words: deleted ? [] : words, values: deleted ? [] : values };
    });
  });
}
