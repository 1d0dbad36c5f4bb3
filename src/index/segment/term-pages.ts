import type { TermEntry, TermPage } from '../segment.ts';
import type { Work } from '../work.ts';
import { ByteReader, compareBytes } from './bytes.ts';
import type { Dictionary, SpaceTable } from './dictionary.ts';
import { termsPerBlock } from './dictionary-writer.ts';
import { MalformedBytes } from './errors.ts';
import { longestVarintList, readOrdinals } from './postings-codec.ts';
import type { RecordUnion } from './record-union.ts';
import type { Source } from './source.ts';
import { maximumTermBytes } from './term-key.ts';

/** Blocks of the first page of a walk, which may be all it wants, and of the others. */
const firstBlocks = 1;
const mostBlocks = 16;
/** Of what lies between two lists so many bytes are read rather than asking twice. */
const gapRead = 4096;
const mostRead = 256 * 1024;
const mostKept = 4 * 1024 * 1024;
/** Records that are added between two turns: a millisecond, more or less. */
const recordsBetweenTurns = 200_000;

/** The terms of a space with `from <= term` and (when given) `term < below`, in order. */
export function* termPages(
  source: Source,
  dictionary: Dictionary,
  from: string,
  below: string | undefined,
): Generator<TermPage, void> {
  const { space } = dictionary;
  const start = Buffer.from(from);
  const stop = below === undefined ? undefined : Buffer.from(below);
  const firstBlock = dictionary.blockFor(start);
  const reader = new PageReader(source, space);
  let blocks = firstBlocks;
  for (let number = firstBlock; number < space.blocks; ) {
    const { bytes, lengths, place } = dictionary.blocksFrom(number, blocks);
    const taken = reader.read(number, bytes, lengths, place);
    reader.first = number === firstBlock ? reader.firstNotBelow(start) : 0;
    reader.end = stop === undefined ? reader.count : reader.firstNotBelow(stop);
    if (reader.first < reader.end) yield reader;
    if (reader.end < reader.count) return;
    number += taken;
    blocks = Math.min(blocks * 2, mostBlocks);
  }
}

class PageReader implements TermPage {
  text = '';
  starts = new Uint32Array(0);
  first = 0;
  end = 0;
  count = 0;
  readonly #source: Source;
  readonly #space: SpaceTable;
  readonly #byteStarts = new Uint32Array(mostBlocks * termsPerBlock + 1);
  readonly #records = new Uint32Array(mostBlocks * termsPerBlock);
  readonly #detail = new Uint32Array(mostBlocks * termsPerBlock);
  readonly #postings = new Float64Array(mostBlocks * termsPerBlock);
  #bytes = Buffer.allocUnsafe(8 * termsPerBlock * 16);
  #firstPlace = 0;
  /** How often records of this page were asked for, and all its lists when that was twice. */
  #asked = 0;
  #kept: Buffer | undefined;

  constructor(source: Source, space: SpaceTable) {
    this.#source = source;
    this.#space = space;
  }

  /**
   * Some blocks that lie one behind the other, the first with this number; gives how many of them
   * were taken, since none comes behind one that is not full.
   */
  read(number: number, bytes: Buffer, lengths: readonly number[], place: number): number {
    this.#firstPlace = (this.#space.firstBlock + number) * termsPerBlock;
    this.#asked = 0;
    this.#kept = undefined;
    let taken = 0;
    const isAscii = this.#source.decoding(this.#source.section('dictionary'), place, () => {
      this.count = 0;
      let at = 0;
      let allBits = 0;
      for (const length of lengths) {
        if (this.count < taken * termsPerBlock) break;
        taken++;
        allBits |= this.#readBlock(new ByteReader(bytes, at, at + length));
        at += length;
      }
      return allBits < 128;
    });
    const { count } = this;
    const used = this.#byteStarts[count]!;
    if (isAscii) {
      this.text = this.#bytes.toString('latin1', 0, used);
      this.starts = this.#byteStarts;
    } else {
      this.text = this.#bytes.toString('utf8', 0, used);
      this.starts = unitStarts(this.#bytes, this.#byteStarts, count);
    }
    return taken;
  }

  /** The bits of all its characters. */
  #readBlock(reader: ByteReader): number {
    const { bytes } = reader;
    const { words } = this.#space;
    const terms = reader.bounded(termsPerBlock, 'the number of terms in a block');
    let postingsAt = reader.varint();
    reader.varint();
    if (this.#bytes.length < this.#byteStarts[this.count]! + terms * maximumTermBytes) this.#grow(terms);
    const to = this.#bytes;
    const starts = this.#byteStarts;
    let allBits = 0;
    let previous = starts[this.count]!;
    let end = previous;
    for (let i = 0; i < terms; i++) {
      const index = this.count + i;
      const shared = reader.bounded(end - previous, 'the shared part of a term');
      const own = reader.bounded(maximumTermBytes - shared, 'the length of a term');
      const from = reader.skip(own);
      for (let k = 0; k < shared; k++) to[end + k] = to[previous + k]!;
      const ownAt = end + shared;
      for (let k = 0; k < own; k++) {
        const byte = bytes[from + k]!;
        allBits |= byte;
        to[ownAt + k] = byte;
      }
      previous = end;
      end = ownAt + own;
      starts[index + 1] = end;
      const records = reader.bounded(0xffffffff, 'the number of records');
      const size = reader.bounded(0xffffffff, 'the length of a posting list');
      this.#records[index] = records;
      this.#detail[index] = size;
      this.#postings[index] = postingsAt;
      if (records !== 1) postingsAt += size;
      if (words) reader.bounded(0xffffffff, 'the length of positions');
    }
    if (reader.at !== reader.end) throw new MalformedBytes('a block of terms is longer than its terms');
    this.count += terms;
    return allBits;
  }

  #grow(terms: number): void {
    const needed = this.#byteStarts[this.count]! + terms * maximumTermBytes;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }

  /** Index of the first term that is not below a key; `count` when all are. */
  firstNotBelow(key: Buffer): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const isBelow =
        compareBytes(this.#bytes, this.#byteStarts[middle]!, this.#byteStarts[middle + 1]!, key, 0, key.length) < 0;
      if (isBelow) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  entry(index: number): TermEntry {
    return {
      space: this.#space.name,
      term: this.text.slice(this.starts[index], this.starts[index + 1]),
      records: this.#records[index]!,
      place: this.#firstPlace + index,
    };
  }

  /**
   * Lists that lie close to each other are read at once; those of a page that is asked again, all.
   */
  *addRecords(indexes: readonly number[], to: RecordUnion): Work<void> {
    const { records: limit } = this.#source;
    let added = 0;
    for (let at = 0; at < indexes.length; ) {
      const next = this.#near(indexes, at);
      const { bytes, place } = this.#lists(indexes[at]!, indexes[next - 1]!);
      for (; at < next; at++) {
        const index = indexes[at]!;
        const records = this.#records[index]!;
        if (records === 1) {
          this.#addOne(this.#detail[index]!, to);
          continue;
        }
        const start = this.#postings[index]! - place;
        const list = bytes.subarray(start, start + this.#detail[index]!);
        this.#source.decoding(this.#source.section('postings'), place + start, () => {
          if (records > longestVarintList) to.addBitmap(list, records);
          else for (const ordinal of readOrdinals(list, records, limit)) to.add(ordinal);
        });
        added += records;
        if (added < recordsBetweenTurns) continue;
        added = 0;
        yield;
      }
    }
    this.#asked++;
  }

  /** The index in `indexes` behind the last list that is worth reading with the one at `at`. */
  #near(indexes: readonly number[], at: number): number {
    const from = this.#postings[indexes[at]!]!;
    let end = from;
    let next = at;
    for (; next < indexes.length; next++) {
      const start = this.#postings[indexes[next]!]!;
      const listEnd = this.#listEnd(indexes[next]!);
      if (next > at && (start - end > gapRead || listEnd - from > mostRead)) break;
      end = listEnd;
    }
    return next;
  }

  /** The lists of some neighbouring terms, and where they are in their section. */
  #lists(first: number, last: number): { readonly bytes: Buffer; readonly place: number } {
    const section = this.#source.section('postings');
    const whole = this.#listEnd(this.count - 1) - this.#postings[0]!;
    if (this.#asked > 0 && whole <= mostKept) {
      const place = this.#postings[0]!;
      this.#kept ??= this.#source.read(section, place, whole);
      return { bytes: this.#kept, place };
    }
    const place = this.#postings[first]!;
    return { bytes: this.#source.read(section, place, this.#listEnd(last) - place), place };
  }

  #listEnd(index: number): number {
    return this.#postings[index]! + (this.#records[index] === 1 ? 0 : this.#detail[index]!);
  }

  #addOne(ordinal: number, to: RecordUnion): void {
    const { records } = this.#source;
    if (ordinal < records) to.add(ordinal);
    else {
      const section = this.#source.section('dictionary');
      const error = new MalformedBytes(`a term names record ${ordinal} of ${records}`);
      throw this.#source.damage(section, 0, error);
    }
  }
}

/** Where each term begins in UTF-16 units; `starts` says it in bytes of UTF-8. */
function unitStarts(bytes: Buffer, starts: Uint32Array, count: number): Uint32Array<ArrayBuffer> {
  const units = new Uint32Array(count + 1);
  let unit = 0;
  for (let i = 0; i < count; i++) {
    units[i] = unit;
    const end = starts[i + 1]!;
    for (let at = starts[i]!; at < end; at++) {
      const byte = bytes[at]!;
      if ((byte & 0xc0) !== 0x80) unit += byte >= 0xf0 ? 2 : 1;
    }
  }
  units[count] = unit;
  return units;
}
