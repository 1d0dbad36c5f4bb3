import { RoaringBitmap32 } from '../bitmap.ts';
import type { Brief } from '../brief.ts';
import type { Frequencies, Postings, Segment, TermEntry, TermPage } from '../segment.ts';
import { ByteReader, compareBytes } from './bytes.ts';
import { CacheShelf } from './cache.ts';
import { readColumn, StoredColumns, Texts } from './columns.ts';
import { Dictionary, readSpaces, type SpaceTable, type TermBlock } from './dictionary.ts';
import { termsPerBlock } from './dictionary-writer.ts';
import { MalformedBytes, SegmentDamaged } from './errors.ts';
import {
  frequenciesHead,
  frequenciesLength,
  longestVarintList,
  readBitmap,
  readFrequencies,
  readOrdinals,
  readPositions,
  readSmallFrequencies,
} from './postings-codec.ts';
import type { Source } from './source.ts';
import { termKey } from './term-key.ts';
import { termPages } from './term-pages.ts';

const none = new Uint32Array(0);
/** What a deletion marker has. */
export const emptyBrief: Brief = Object.freeze({ t: '', a: [], n: 0, y: 0, j: '', i: [], k: [], s: '', f: 0 });
/**
 * A walk over terms keeps the blocks it read up to this one; longer ones are regular expressions
 * and spans.
 */
const keptBlocks = 4;
/** Longer lists of records are worth keeping as bitmaps. */
const longestShortList = 64;

/**
 * Terms that were asked for are remembered, also those that are not there: ranking asks five times
 * for each, and words of one record are those of many.
 */
const mostKnown = 4_000;
const longestKnown = 64;

/** A segment over its bytes, in a file or in memory. What it reads of them it checks. */
export class StoredSegment implements Segment {
  readonly id: string;
  readonly count: number;
  readonly file: string | undefined;
  readonly spaces: readonly string[];
  readonly columns: StoredColumns;
  /** For merges in this folder. */
  readonly source: Source;
  readonly spaceTables: ReadonlyMap<string, SpaceTable>;
  readonly #dictionaries = new Map<string, Dictionary>();
  readonly #terms = new Map<string, TermEntry | undefined>();
  readonly #bitmaps = new CacheShelf<RoaringBitmap32>('bitmaps');
  readonly #postings = new CacheShelf<Postings>('postings');
  readonly #blocks = new CacheShelf<TermBlock>('dictionary');
  #ids: Uint32Array | undefined;
  #revisions: Uint32Array | undefined;
  #deleted: RoaringBitmap32 | undefined;
  #briefs: Texts | undefined;

  constructor(source: Source, file?: string) {
    this.source = source;
    this.file = file;
    this.id = source.segment;
    this.count = source.records;
    const tables = readSpaces(source);
    this.spaceTables = new Map(tables.map((space) => [space.name, space]));
    this.spaces = tables.map((space) => space.name);
    for (const space of tables) this.#dictionaries.set(space.name, new Dictionary(source, space, this.#blocks));
    const totals = tables.filter((space) => space.words).map((space) => [space.name, space.totalWords] as const);
    this.columns = new StoredColumns(source, new Map(totals));
  }

  get ids(): Uint32Array {
    this.#ids ??= readColumn(this.source, this.source.section('ids'), this.count);
    return this.#ids;
  }

  get revisions(): Uint32Array {
    this.#revisions ??= readColumn(this.source, this.source.section('revisions'), this.count);
    return this.#revisions;
  }

  get deleted(): RoaringBitmap32 {
    if (this.#deleted) return this.#deleted;
    const section = this.source.section('deleted');
    const bytes = this.source.read(section, 0, section.length);
    this.#deleted = this.source.decoding(section, 0, () => {
      const reader = new ByteReader(bytes);
      const count = reader.bounded(this.count, 'the number of deletion markers');
      return readBitmap(bytes.subarray(reader.at), count, this.count).freeze();
    });
    return this.#deleted;
  }

  term(space: string, term: string): TermEntry | undefined {
    if (term.length > longestKnown) return this.#lookUp(space, term);
    const key = `${space}\0${term}`;
    const known = this.#terms.get(key);
    if (known !== undefined || this.#terms.has(key)) return known;
    const found = this.#lookUp(space, term);
    const [oldest] = this.#terms.keys();
    if (this.#terms.size >= mostKnown && oldest !== undefined) this.#terms.delete(oldest);
    this.#terms.set(key, found);
    return found;
  }

  #lookUp(space: string, term: string): TermEntry | undefined {
    const dictionary = this.#dictionaries.get(space);
    if (!dictionary) return undefined;
    const key = Buffer.from(termKey(term));
    const number = dictionary.blockFor(key);
    const block = dictionary.block(number);
    const index = firstNotBelow(block, key);
    if (index === block.count) return undefined;
    const start = block.starts[index]!;
    if (compareBytes(block.bytes, start, block.starts[index + 1]!, key, 0, key.length) !== 0) return undefined;
    return entryAt(dictionary.space, number, block, index, termAt(block, index));
  }

  *terms(space: string, from: string, below?: string): Iterable<TermEntry> {
    const dictionary = this.#dictionaries.get(space);
    if (!dictionary) return;
    const first = Buffer.from(from);
    const end = below === undefined ? undefined : Buffer.from(below);
    const firstBlock = dictionary.blockFor(first);
    for (let number = firstBlock; number < dictionary.space.blocks; number++) {
      const block = dictionary.block(number, number < firstBlock + keptBlocks);
      const start = number === firstBlock ? firstNotBelow(block, first) : 0;
      const stop = end ? firstNotBelow(block, end) : block.count;
      // One text for the whole block: a walk of 100,000 terms takes half as long.
      const text = block.ascii ? block.bytes.toString('latin1') : undefined;
      for (let index = start; index < stop; index++) {
        const term = text?.slice(block.starts[index], block.starts[index + 1]) ?? termAt(block, index);
        yield entryAt(dictionary.space, number, block, index, term);
      }
      if (stop < block.count) return;
    }
  }

  pages(space: string, from: string, below?: string): Iterable<TermPage> {
    const dictionary = this.#dictionaries.get(space);
    return dictionary === undefined ? [] : termPages(this.source, dictionary, from, below);
  }

  *termsBefore(space: string, below: string): Iterable<TermEntry> {
    const dictionary = this.#dictionaries.get(space);
    if (!dictionary) return;
    const end = Buffer.from(below);
    const last = dictionary.blockFor(end);
    for (let number = last; number >= 0; number--) {
      const block = dictionary.block(number, number > last - keptBlocks);
      for (let index = (number === last ? firstNotBelow(block, end) : block.count) - 1; index >= 0; index--) {
        yield entryAt(dictionary.space, number, block, index, termAt(block, index));
      }
    }
  }

  ordinals(entry: TermEntry): RoaringBitmap32 {
    const held = this.#bitmaps.get(entry.place);
    if (held) return held;
    const { block, index } = this.#find(entry);
    const records = block.records[index]!;
    if (records === 1) return this.#keepBitmap(entry.place, new RoaringBitmap32(this.#single(block, index)), 0);
    const bytes = this.#postingBytes(block, index);
    const section = this.source.section('postings');
    const bitmap = this.source.decoding(section, block.postings[index]!, () => readBitmap(bytes, records, this.count));
    return this.#keepBitmap(entry.place, bitmap, bytes.length);
  }

  list(entry: TermEntry): Uint32Array {
    const { block, index } = this.#find(entry);
    if (entry.records === 1) return this.#single(block, index);
    return this.#ordinalList(entry.place, block, index);
  }

  /**
   * Short lists are read past the caches: thousands of rare terms must not push out the common
   * ones.
   */
  union(entries: readonly TermEntry[]): RoaringBitmap32 {
    const bitmaps: RoaringBitmap32[] = [];
    const single: number[] = [];
    for (const entry of entries) {
      if (entry.records > longestShortList) {
        bitmaps.push(this.ordinals(entry));
        continue;
      }
      for (const ordinal of this.list(entry)) single.push(ordinal);
    }
    const union = RoaringBitmap32.orMany(bitmaps);
    union.addMany(Uint32Array.from(single));
    return union;
  }

  postings(entry: TermEntry): Postings {
    const held = this.#postings.get(entry.place);
    if (held) return held;
    const { block, index, space } = this.#find(entry);
    const records = block.records[index]!;
    const ordinals = records === 1 ? this.#single(block, index) : this.#ordinalList(entry.place, block, index);
    if (!space.words) {
      const postings = {
        ordinals,
        frequencies: new Uint8Array(records).fill(1),
        positions: none,
        starts: new Uint32Array(records + 1),
      };
      this.#postings.set(entry.place, postings, records * 9);
      return postings;
    }
    const section = this.source.section('occurrences');
    const place = block.occurrences[index]!;
    const room = block.occurrencesLength[index]!;
    const { frequencies, total, used } = this.source.decoding(section, place, () => {
      const short = records <= longestVarintList;
      const length = short
        ? room
        : frequenciesLength(this.source.read(section, place, Math.min(room, frequenciesHead)));
      const bytes = this.source.read(section, place, length);
      const reader = new ByteReader(bytes);
      const small = readSmallFrequencies(reader, records, room);
      if (small !== undefined) return { ...small, used: reader.at };
      const again = new ByteReader(bytes);
      const wide = new Uint32Array(records);
      return { frequencies: wide, total: readFrequencies(again, records, room, wide), used: again.at };
    });
    const postings = new WordPostings(ordinals, frequencies, () => {
      const bytes = this.source.read(section, place + used, room - used);
      this.#postings.grow(entry.place, (records + total) * 4);
      return this.source.decoding(section, place, () => readPositions(new ByteReader(bytes), frequencies, total));
    });
    this.#postings.set(entry.place, postings, records * (4 + frequencies.BYTES_PER_ELEMENT));
    return postings;
  }

  brief(ordinal: number): Brief {
    this.#briefs ??= new Texts(this.source, 'brief');
    const json = this.#briefs.bytes(ordinal);
    if (json.length === 0) return emptyBrief;
    try {
      return JSON.parse(json.toString('utf8')) as Brief;
    } catch (cause) {
      const { name, offset } = this.source.section('brief');
      throw new SegmentDamaged(
        this.id,
        name,
        offset,
        `the brief data of record ${this.ids[ordinal]} cannot be read`,
        cause,
      );
    }
  }

  ordinalOf(id: number): number {
    const ids = this.ids;
    let low = 0;
    let high = ids.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = ids[middle]!;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  close(): void {
    this.#terms.clear();
    for (const shelf of [this.#bitmaps, this.#postings, this.#blocks]) shelf.clear();
    this.columns.clearCache();
    this.source.close();
  }

  #find(entry: TermEntry): { space: SpaceTable; block: TermBlock; index: number } {
    const dictionary = this.#dictionaries.get(entry.space);
    const index = entry.place % termsPerBlock;
    const number = (entry.place - index) / termsPerBlock - (dictionary?.space.firstBlock ?? 0);
    if (!dictionary || number < 0 || number >= dictionary.space.blocks) {
      throw new Error(`term ${entry.term} of ${entry.space} is of another segment than ${this.id}`);
    }
    return { space: dictionary.space, block: dictionary.block(number), index };
  }

  #single(block: TermBlock, index: number): Uint32Array {
    const ordinal = block.detail[index]!;
    if (ordinal < this.count) return Uint32Array.of(ordinal);
    const { offset } = this.source.section('dictionary');
    throw new SegmentDamaged(this.id, 'dictionary', offset, `a term names record ${ordinal} of ${this.count}`);
  }

  #postingBytes(block: TermBlock, index: number): Buffer {
    return this.source.read(this.source.section('postings'), block.postings[index]!, block.detail[index]!);
  }

  #ordinalList(place: number, block: TermBlock, index: number): Uint32Array {
    const bitmap = this.#bitmaps.get(place);
    if (bitmap) return bitmap.toUint32Array();
    const bytes = this.#postingBytes(block, index);
    const section = this.source.section('postings');
    return this.source.decoding(section, block.postings[index]!, () => {
      const records = block.records[index]!;
      if (records > this.count) throw new MalformedBytes(`a list has ${records} records of ${this.count}`);
      return readOrdinals(bytes, records, this.count);
    });
  }

  #keepBitmap(place: number, bitmap: RoaringBitmap32, bytes: number): RoaringBitmap32 {
    this.#bitmaps.set(place, bitmap.freeze(), bytes + 100);
    return bitmap;
  }
}

/** Postings whose positions are decoded when they are asked for: ranking never does. */
class WordPostings implements Postings {
  readonly ordinals: Uint32Array;
  readonly frequencies: Frequencies;
  readonly #decode: () => Uint32Array;
  #positions: Uint32Array | undefined;
  #starts: Uint32Array | undefined;

  constructor(ordinals: Uint32Array, frequencies: Frequencies, decode: () => Uint32Array) {
    this.ordinals = ordinals;
    this.frequencies = frequencies;
    this.#decode = decode;
  }

  get positions(): Uint32Array {
    this.#positions ??= this.#decode();
    return this.#positions;
  }

  get starts(): Uint32Array {
    if (!this.#starts) {
      const starts = new Uint32Array(this.frequencies.length + 1);
      for (let i = 0; i < this.frequencies.length; i++) starts[i + 1] = starts[i]! + this.frequencies[i]!;
      this.#starts = starts;
    }
    return this.#starts;
  }
}

function termAt(block: TermBlock, index: number): string {
  return block.bytes.toString('utf8', block.starts[index]!, block.starts[index + 1]!);
}

function entryAt(space: SpaceTable, number: number, block: TermBlock, index: number, term: string): TermEntry {
  return {
    space: space.name,
    term,
    records: block.records[index]!,
    place: (space.firstBlock + number) * termsPerBlock + index,
  };
}

/** The first term of a block that is not below `key`; `count` when all are. */
function firstNotBelow(block: TermBlock, key: Buffer): number {
  let low = 0;
  let high = block.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(block.bytes, block.starts[middle]!, block.starts[middle + 1]!, key, 0, key.length) < 0)
      low = middle + 1;
    else high = middle;
  }
  return low;
}
