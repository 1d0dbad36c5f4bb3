import type { KeyColumnName } from '../document.ts';
import type { FacetColumn, KeyColumn, SegmentColumns, SortColumn } from '../segment.ts';
import { offsetWidth } from './bytes.ts';
import { CacheShelf } from './cache.ts';
import { SegmentDamaged } from './errors.ts';
import type { Section } from './format.ts';
import type { Source } from './source.ts';

/** Reads a column of `count` numbers. */
export function readColumn(source: Source, section: Section, count?: number): Uint32Array {
  const bytes = source.read(section, 0, section.length);
  const width = bytes[0];
  const found = (section.length - 1) / (width ?? 1);
  if ((width !== 1 && width !== 2 && width !== 4) || found !== Math.floor(found) || found !== (count ?? found)) {
    throw new SegmentDamaged(source.segment, section.name, section.offset, `it has ${section.length} bytes`);
  }
  // A copy, since typed arrays must begin at a multiple of their width.
  const copy = new Uint8Array(section.length - 1);
  bytes.copy(copy, 0, 1);
  if (width === 4) return new Uint32Array(copy.buffer);
  return new Uint32Array(width === 2 ? new Uint16Array(copy.buffer) : copy);
}

/** Some numbers of a column, read for themselves. */
function readNumbers(source: Source, section: Section, from: number, count: number): readonly number[] {
  if (count <= 0) return [];
  const width = source.read(section, 0, 1)[0]!;
  const bytes = source.read(section, 1 + from * width, count * width);
  return Array.from({ length: count }, (_, i) => bytes.readUIntLE(i * width, width));
}

/** Texts by number. Short ones are read one by one as asked for. */
export class Texts {
  readonly count: number;
  readonly #source: Source;
  readonly #texts: Section;
  readonly #offsets: Section;

  constructor(source: Source, name: string) {
    this.#source = source;
    this.#texts = source.section(name);
    this.#offsets = source.section(`${name} places`);
    this.count = this.#offsets.length / offsetWidth - 1;
    if (!Number.isInteger(this.count) || this.count < 0) {
      throw new SegmentDamaged(
        source.segment,
        this.#offsets.name,
        this.#offsets.offset,
        `it has ${this.#offsets.length} bytes`,
      );
    }
  }

  bytes(number: number): Buffer {
    if (!(number >= 0 && number < this.count)) throw new RangeError(`there is no text ${number} of ${this.count}`);
    const offsets = this.#source.read(this.#offsets, number * offsetWidth, offsetWidth * 2);
    const start = offsets.readUIntLE(0, offsetWidth);
    return this.#source.read(this.#texts, start, offsets.readUIntLE(offsetWidth, offsetWidth) - start);
  }

  /** All, in order, for a merge: read in pieces of a megabyte. */
  *all(): Generator<Buffer> {
    const { count } = this;
    const step = 4096;
    for (let first = 0; first < count; first += step) {
      const last = Math.min(first + step, count);
      const offsets = this.#source.read(this.#offsets, first * offsetWidth, (last - first + 1) * offsetWidth);
      const start = offsets.readUIntLE(0, offsetWidth);
      const piece = this.#source.read(
        this.#texts,
        start,
        offsets.readUIntLE((last - first) * offsetWidth, offsetWidth) - start,
      );
      for (let i = 0; i < last - first; i++) {
        const from = offsets.readUIntLE(i * offsetWidth, offsetWidth) - start;
        const to = offsets.readUIntLE((i + 1) * offsetWidth, offsetWidth) - start;
        yield piece.subarray(from, to);
      }
    }
  }
}

/** Columns of a segment, each read when it is first asked for and then kept. */
export class StoredColumns implements SegmentColumns {
  readonly #source: Source;
  readonly #totals: ReadonlyMap<string, number>;
  readonly #columns = new Map<string, Uint32Array>();
  readonly #sorts = new Map<string, SortColumn | undefined>();
  readonly #facets = new Map<string, FacetColumn | undefined>();
  readonly #texts = new CacheShelf<string>('dictionary');
  #year: Uint16Array | undefined;
  #textKeys = 0;

  /** `totals`: words of all records by word space. */
  constructor(source: Source, totals: ReadonlyMap<string, number>) {
    this.#source = source;
    this.#totals = totals;
  }

  get created(): Uint32Array {
    return this.#byRecord('created');
  }

  get modified(): Uint32Array {
    return this.#byRecord('modified');
  }

  get year(): Uint16Array {
    this.#year ??= Uint16Array.from(this.#byRecord('year'));
    return this.#year;
  }

  lengths(space: string): Uint32Array | undefined {
    const name = `lengths ${space}`;
    return this.#source.sections.has(name) ? this.#byRecord(name) : undefined;
  }

  totalLength(space: string): number {
    return this.#totals.get(space) ?? 0;
  }

  sort(code: string): SortColumn | undefined {
    return remembered(this.#sorts, code, () => {
      const name = `sort ${code} ranks`;
      if (!this.#source.sections.has(name)) return undefined;
      const ranks = this.#byRecord(name);
      const text = this.#textReader(`sort ${code} keys`);
      this.#checkBelow(name, ranks, text.count + 1);
      return { ranks, key: (rank) => (rank === 0 ? '' : text.read(rank - 1)) };
    });
  }

  facet(code: string): FacetColumn | undefined {
    return remembered(this.#facets, code, () => {
      const section = this.#source.sections.get(`facet ${code} starts`);
      if (!section) return undefined;
      const starts = sharedWhenPlain(readColumn(this.#source, section, this.#source.records + 1));
      const valuesSection = this.#source.section(`facet ${code} values`);
      const values = readColumn(this.#source, valuesSection, starts[this.#source.records]);
      const text = this.#textReader(`facet ${code} texts`);
      this.#checkBelow(valuesSection.name, values, text.count);
      this.#checkAscending(section.name, starts);
      const texts = new Texts(this.#source, `facet ${code} texts`);
      return {
        starts,
        values,
        distinct: text.count,
        text: text.read,
        fingerprints: () => fingerprintsOf(texts),
      };
    });
  }

  keys(name: KeyColumnName): KeyColumn | undefined {
    const source = this.#source;
    const section = source.sections.get(`keys ${name} starts`);
    if (section === undefined) return undefined;
    const starts = readColumn(source, section, source.records + 1);
    this.#checkAscending(section.name, starts);
    const count = starts[source.records];
    return {
      starts,
      high: readColumn(source, source.section(`keys ${name} high`), count),
      low: readColumn(source, source.section(`keys ${name} low`), count),
    };
  }

  keysOf(name: KeyColumnName, ordinal: number): readonly number[] {
    const source = this.#source;
    const starts = source.sections.get(`keys ${name} starts`);
    if (starts === undefined) return [];
    const [from = 0, to = 0] = readNumbers(source, starts, ordinal, 2);
    const high = readNumbers(source, source.section(`keys ${name} high`), from, to - from);
    const low = readNumbers(source, source.section(`keys ${name} low`), from, to - from);
    const keys = new Array<number>(high.length * 2);
    for (let i = 0; i < high.length; i++) {
      keys[i * 2] = high[i]!;
      keys[i * 2 + 1] = low[i]!;
    }
    return keys;
  }

  get sortCodes(): string[] {
    return this.#codes('sort ', ' ranks');
  }

  get facetCodes(): string[] {
    return this.#codes('facet ', ' starts');
  }

  clearCache(): void {
    this.#texts.clear();
  }

  #codes(before: string, after: string): string[] {
    const names = [...this.#source.sections.keys()].filter((name) => name.startsWith(before) && name.endsWith(after));
    return names.map((name) => name.slice(before.length, -after.length));
  }

  #byRecord(name: string): Uint32Array {
    return remembered(this.#columns, name, () =>
      readColumn(this.#source, this.#source.section(name), this.#source.records),
    );
  }

  /** Numbers that lead to another table lead into it. */
  #checkBelow(name: string, numbers: Uint32Array, limit: number): void {
    for (let i = 0; i < numbers.length; i++)
      if (numbers[i]! >= limit) throw this.#wrong(name, `entry ${i} is ${numbers[i]}`);
  }

  #checkAscending(name: string, numbers: Uint32Array): void {
    for (let i = 1; i < numbers.length; i++)
      if (numbers[i]! < numbers[i - 1]!) throw this.#wrong(name, `entry ${i} is too small`);
  }

  #wrong(name: string, problem: string): SegmentDamaged {
    return new SegmentDamaged(this.#source.segment, name, this.#source.section(name).offset, problem);
  }

  #textReader(name: string): { count: number; read(number: number): string } {
    const texts = new Texts(this.#source, name);
    const firstKey = this.#textKeys;
    this.#textKeys += texts.count;
    const read = (number: number): string => {
      const held = this.#texts.get(firstKey + number);
      if (held !== undefined) return held;
      const text = texts.bytes(number).toString('utf8');
      this.#texts.set(firstKey + number, text, text.length * 2);
      return text;
    };
    return { count: texts.count, read };
  }
}

let plain = new Uint32Array(0);

/**
 * Where every record has one value, as most have one language, all columns and segments share one
 * array: 4 MB less for each facet and million records.
 */
function sharedWhenPlain(starts: Uint32Array): Uint32Array {
  for (let i = 0; i < starts.length; i++) if (starts[i] !== i) return starts;
  if (plain.length < starts.length) plain = Uint32Array.from({ length: starts.length }, (_, i) => i);
  return plain.subarray(0, starts.length);
}

function* fingerprintsOf(texts: Texts): Iterable<number> {
  for (const bytes of texts.all()) yield fingerprint(bytes);
}

/** Two FNV-1a hashes of 26 bits each, from different offsets. */
function fingerprint(bytes: Uint8Array): number {
  let low = 0x811c9dc5;
  let high = 0x2c1b3c6d;
  for (let i = 0; i < bytes.length; i++) {
    low = Math.imul(low ^ bytes[i]!, 0x01000193);
    high = Math.imul(high ^ bytes[i]!, 0x5bd1e995);
  }
  low ^= low >>> 15;
  high ^= high >>> 13;
  return (high >>> 6) * 2 ** 26 + (low >>> 6) || 1;
}

function remembered<V>(map: Map<string, V>, key: string, make: () => V): V {
  const held = map.get(key);
  if (held !== undefined || map.has(key)) return held as V;
  const made = make();
  map.set(key, made);
  return made;
}
