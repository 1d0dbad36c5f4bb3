import { type IndexVersions, newestVersions } from '../../site/index-versions.ts';
import type { Brief } from '../brief.ts';
import { type IndexedRecord, keyColumns } from '../document.ts';
import type { TermSink } from '../term-sink.ts';
import { ByteWriter } from './bytes.ts';
import { writeBasicColumns, writeTexts } from './columns-writer.ts';
import { TermsWriter } from './dictionary-writer.ts';
import { compareNames, isWordSpace } from './format.ts';
import { InvertedFacet, InvertedSort } from './inverted-columns.ts';
import { InvertedKeys } from './inverted-keys.ts';
import { rankWords, ValueSpace, WordSpace } from './inverted-space.ts';
import { type SegmentData, segmentInMemory, writeColumn } from './output.ts';
import { termKey } from './term-key.ts';
import { TermTable } from './term-table.ts';

/** Makes a segment of records: `begin` one, tell its terms, `begin` the next, and `finish`. */
export interface Inverter extends TermSink {
  /**
   * Records come in ascending id. A deletion marker has no terms; its columns and brief are not
   * looked at.
   */
  begin(record: IndexedRecord): void;
  /** The segment. The inverter cannot be used any more. */
  finish(): SegmentData;
  /** Records begun so far. */
  readonly records: number;
  /** Memory held, about; `finish` takes as much again. */
  readonly bytes: number;
}

/** `versions`: of the analysis that its terms come from. */
export function createInverter(versions: IndexVersions = newestVersions): Inverter {
  return new SegmentInverter(versions);
}

const latestYear = 0xffff;

class SegmentInverter implements Inverter {
  readonly #numbers = new Map<string, number>();
  readonly #spaces: (WordSpace | ValueSpace)[] = [];
  readonly #words = new TermTable();
  readonly #ids: number[] = [];
  readonly #revisions: number[] = [];
  readonly #deleted: number[] = [];
  readonly #created: number[] = [];
  readonly #modified: number[] = [];
  readonly #years: number[] = [];
  readonly #sorts = new Map<string, InvertedSort>();
  readonly #facets = new Map<string, InvertedFacet>();
  readonly #keys = keyColumns.map((name) => new InvertedKeys(name));
  readonly #briefs = new ByteWriter();
  readonly #briefEnds: number[] = [];
  readonly #versions: IndexVersions;
  #ordinal = -1;
  #termsAllowed = false;

  constructor(versions: IndexVersions) {
    this.#versions = versions;
  }

  get records(): number {
    return this.#ids.length;
  }

  get bytes(): number {
    let sum = this.#briefs.length + this.records * 64 + this.#words.memory;
    for (const space of this.#spaces) sum += space.bytes;
    for (const sort of this.#sorts.values()) sum += sort.bytes;
    for (const facet of this.#facets.values()) sum += facet.bytes;
    for (const keys of this.#keys) sum += keys.bytes;
    return sum;
  }

  begin(record: IndexedRecord): void {
    const last = this.#ids.at(-1);
    if (last !== undefined && record.id <= last) throw new Error(`record ${record.id} comes after ${last}`);
    const ordinal = ++this.#ordinal;
    const { deleted, columns } = record;
    this.#termsAllowed = !deleted;
    this.#ids.push(record.id);
    this.#revisions.push(record.revision);
    this.#created.push(deleted ? 0 : columns.created);
    this.#modified.push(deleted ? 0 : columns.modified);
    this.#years.push(deleted || !(columns.year > 0 && columns.year <= latestYear) ? 0 : columns.year);
    if (deleted) {
      this.#deleted.push(ordinal);
    } else {
      for (const code in columns.sorts) {
        const key = columns.sorts[code]!;
        if (key !== '') entry(this.#sorts, code, () => new InvertedSort(code)).add(ordinal, key);
      }
      for (const code in columns.facets) {
        for (const value of columns.facets[code]!)
          entry(this.#facets, code, () => new InvertedFacet(code)).add(ordinal, value);
      }
      this.#briefs.text(briefJson(record.brief));
      for (const keys of this.#keys) keys.add(columns.keys[keys.name]);
    }
    for (const keys of this.#keys) keys.endRecord();
    this.#briefEnds.push(this.#briefs.length);
  }

  space(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#spaces.length;
    this.#spaces.push(isWordSpace(name) ? new WordSpace(name) : new ValueSpace(name));
    this.#numbers.set(name, number);
    return number;
  }

  term(text: string): number {
    return this.#words.number(termKey(text));
  }

  word(space: number, term: number, position: number): void {
    const words = this.#spaces[space];
    if (!(words instanceof WordSpace)) throw new Error(`${words?.name ?? space} is not a space of words`);
    if (!this.#termsAllowed) throw this.#noRecord();
    words.add(this.#ordinal, term, position);
  }

  value(space: number, term: string): void {
    const values = this.#spaces[space];
    if (!(values instanceof ValueSpace)) throw new Error(`${values?.name ?? space} is not a space of values`);
    if (!this.#termsAllowed) throw this.#noRecord();
    values.add(this.#ordinal, term);
  }

  finish(): SegmentData {
    const records = this.records;
    const terms = new TermsWriter();
    const lengths: { name: string; words: Uint32Array }[] = [];
    this.#termsAllowed = false;
    this.#spaces.sort((a, b) => compareNames(a.name, b.name));
    const words = rankWords(this.#words);
    // From the front, letting go of each: the largest space and the finished bytes are not held
    // together.
    for (let space = this.#spaces.shift(); space; space = this.#spaces.shift()) {
      if (space instanceof WordSpace) {
        const counts = space.write(terms, records, words);
        if (counts.some((length) => length > 0)) lengths.push({ name: space.name, words: counts });
      } else {
        space.write(terms);
      }
    }
    const capacity = terms.length + this.#briefs.length + records * 128 + 16_384;
    return segmentInMemory(records, this.#versions, capacity, (output) => {
      writeBasicColumns(output, {
        ids: Uint32Array.from(this.#ids),
        revisions: Uint32Array.from(this.#revisions),
        deleted: Uint32Array.from(this.#deleted),
        created: Uint32Array.from(this.#created),
        modified: Uint32Array.from(this.#modified),
        year: Uint32Array.from(this.#years),
      });
      for (const { name, words } of lengths) writeColumn(output, `lengths ${name}`, words);
      for (const sort of inOrder(this.#sorts)) sort.write(output, records);
      for (const facet of inOrder(this.#facets)) facet.write(output, records);
      for (const keys of this.#keys) keys.write(output);
      writeTexts(output, 'brief', this.#briefTexts());
      terms.finish(output);
    });
  }

  *#briefTexts(): Generator<Buffer> {
    let start = 0;
    for (const end of this.#briefEnds) {
      yield this.#briefs.bytes.subarray(start, end);
      start = end;
    }
  }

  #noRecord(): Error {
    return new Error(
      this.#ordinal < 0 ? 'a term comes before its record' : `record ${this.#ids.at(-1)} is deleted: it has no terms`,
    );
  }
}

/** Keys in one order, whatever order the analyzer wrote them in. */
function briefJson({ t, a, n, y, j, i, k, s, f, h }: Brief): string {
  return JSON.stringify({ t, a, n, y, j, i, k, s, f, h });
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function inOrder<V>(map: ReadonlyMap<string, V>): V[] {
  return [...map].sort(([a], [b]) => compareNames(a, b)).map(([, value]) => value);
}
