import { ByteReader, compareBytes } from './bytes.ts';
import type { CacheShelf } from './cache.ts';
import { termsPerBlock } from './dictionary-writer.ts';
import { MalformedBytes } from './errors.ts';
import { isWordSpace, type Section } from './format.ts';
import type { Source } from './source.ts';
import { maximumTermBytes } from './term-key.ts';

/**
 * A term space as the section `spaces` has it. Offsets are in the sections `dictionary` and
 * `separators`.
 */
export interface SpaceTable {
  readonly name: string;
  readonly words: boolean;
  readonly terms: number;
  readonly blocks: number;
  /** Number of its first block among those of all spaces. */
  readonly firstBlock: number;
  readonly dictionaryStart: number;
  readonly dictionaryLength: number;
  readonly separatorsStart: number;
  readonly separatorsLength: number;
  /** Sum of lengths of all records, for a word space. */
  readonly totalWords: number;
}

export function readSpaces(source: Source): SpaceTable[] {
  const section = source.section('spaces');
  const reader = new ByteReader(source.read(section, 0, section.length));
  return source.decoding(section, 0, () => {
    const spaces: SpaceTable[] = [];
    let firstBlock = 0;
    for (let left = reader.bounded(section.length, 'the number of spaces'); left > 0; left--) {
      const name = reader.text(reader.varint());
      const space = {
        name,
        words: isWordSpace(name),
        terms: reader.varint(),
        blocks: reader.varint(),
        firstBlock,
        dictionaryStart: reader.varint(),
        dictionaryLength: reader.varint(),
        separatorsStart: reader.varint(),
        separatorsLength: reader.varint(),
        totalWords: reader.varint(),
      };
      firstBlock += space.blocks;
      spaces.push(space);
    }
    return spaces;
  });
}

/** A decoded block. Term i is bytes[starts[i] .. starts[i+1]-1]; the other arrays go by i too. */
export interface TermBlock {
  readonly count: number;
  readonly bytes: Buffer;
  readonly ascii: boolean;
  readonly starts: Uint32Array;
  readonly records: Uint32Array;
  /** The ordinal, when there is one record. Else length of the postings. */
  readonly detail: Uint32Array;
  readonly postings: Float64Array;
  readonly occurrences: Float64Array;
  readonly occurrencesLength: Uint32Array;
}

interface Separators {
  /** Separator of block b: bytes[starts[b] .. starts[b+1]-1]. */
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  /** Block b of the space is at offsets[b] .. offsets[b+1] of the section `dictionary`. */
  readonly offsets: Float64Array;
}

/**
 * One term space of a segment: its separators in memory, its blocks read and decoded when they are
 * asked for.
 */
export class Dictionary {
  readonly space: SpaceTable;
  readonly #source: Source;
  readonly #section: Section;
  readonly #shelf: CacheShelf<TermBlock>;
  #separators: Separators | undefined;

  constructor(source: Source, space: SpaceTable, shelf: CacheShelf<TermBlock>) {
    this.space = space;
    this.#source = source;
    this.#section = source.section('dictionary');
    this.#shelf = shelf;
  }

  /** The last block that may have terms `<= key`. */
  blockFor(key: Buffer): number {
    const { bytes, starts } = this.#loadSeparators();
    let low = 0;
    let high = this.space.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compareBytes(bytes, starts[middle]!, starts[middle + 1]!, key, 0, key.length) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * Block number within the space. A long walk does not `keep` blocks, or it would empty the cache
   * for everybody.
   */
  block(number: number, keep = true): TermBlock {
    const cacheKey = this.space.firstBlock + number;
    const held = this.#shelf.get(cacheKey);
    if (held) return held;
    const { offsets } = this.#loadSeparators();
    const start = offsets[number]!;
    const bytes = this.#source.read(this.#section, start, offsets[number + 1]! - start);
    const block = this.#source.decoding(this.#section, start, () => decodeBlock(bytes, this.space.words));
    if (keep) this.#shelf.set(cacheKey, block, block.bytes.length + block.count * 36);
    return block;
  }

  /**
   * So many blocks (fewer at the end) from this number on, read at once: their bytes one behind the
   * other, how long each is, and where they are in the section.
   */
  blocksFrom(
    number: number,
    blocks: number,
  ): { readonly bytes: Buffer; readonly lengths: readonly number[]; readonly place: number } {
    const { offsets } = this.#loadSeparators();
    const end = Math.min(number + blocks, this.space.blocks);
    const place = offsets[number]!;
    const bytes = this.#source.read(this.#section, place, offsets[end]! - place);
    const lengths: number[] = [];
    for (let at = number; at < end; at++) lengths.push(offsets[at + 1]! - offsets[at]!);
    return { bytes, lengths, place };
  }

  #loadSeparators(): Separators {
    if (this.#separators) return this.#separators;
    const { separatorsStart, separatorsLength, blocks, dictionaryStart, dictionaryLength } = this.space;
    const section = this.#source.section('separators');
    const bytes = this.#source.read(section, separatorsStart, separatorsLength);
    this.#separators = this.#source.decoding(section, separatorsStart, () => {
      if (blocks > separatorsLength) throw new MalformedBytes(`${blocks} blocks are too many`);
      const reader = new ByteReader(bytes);
      const packed = Buffer.allocUnsafeSlow(bytes.length);
      const starts = new Uint32Array(blocks + 1);
      const offsets = new Float64Array(blocks + 1);
      offsets[0] = dictionaryStart;
      let end = 0;
      for (let block = 0; block < blocks; block++) {
        offsets[block + 1] = offsets[block]! + reader.varint();
        const length = reader.bounded(maximumTermBytes, 'the length of a separator');
        const start = reader.skip(length);
        end += bytes.copy(packed, end, start, start + length);
        starts[block + 1] = end;
      }
      if (offsets[blocks] !== dictionaryStart + dictionaryLength)
        throw new MalformedBytes('blocks do not fill their space');
      return { bytes: Buffer.from(packed.subarray(0, end)), starts, offsets };
    });
    return this.#separators;
  }
}

function decodeBlock(bytes: Buffer, words: boolean): TermBlock {
  const reader = new ByteReader(bytes);
  const count = reader.bounded(termsPerBlock, 'the number of terms in a block');
  let postingsAt = reader.varint();
  let occurrencesAt = reader.varint();
  const block = {
    count,
    starts: new Uint32Array(count + 1),
    records: new Uint32Array(count),
    detail: new Uint32Array(count),
    postings: new Float64Array(count),
    occurrences: new Float64Array(count),
    occurrencesLength: new Uint32Array(count),
  };
  const { starts, records, detail, postings, occurrences, occurrencesLength } = block;
  const scratch = blockScratch;
  let end = 0;
  let allBits = 0;
  for (let i = 0; i < count; i++) {
    const previous = i === 0 ? 0 : starts[i - 1]!;
    const shared = reader.bounded(end - previous, 'the shared part of a term');
    const own = reader.bounded(maximumTermBytes - shared, 'the length of a term');
    scratch.copyWithin(end, previous, previous + shared);
    const from = reader.skip(own);
    for (let k = 0; k < own; k++) {
      const byte = bytes[from + k]!;
      allBits |= byte;
      scratch[end + shared + k] = byte;
    }
    end += shared + own;
    starts[i + 1] = end;
    records[i] = reader.bounded(0xffffffff, 'the number of records');
    const size = reader.bounded(0xffffffff, 'the length of a posting list');
    detail[i] = size;
    postings[i] = postingsAt;
    occurrences[i] = occurrencesAt;
    if (records[i] !== 1) postingsAt += size;
    if (words) {
      occurrencesLength[i] = reader.bounded(0xffffffff, 'the length of positions');
      occurrencesAt += occurrencesLength[i]!;
    }
  }
  if (reader.at !== reader.end) throw new MalformedBytes('a block of terms is longer than its terms');
  return { ...block, bytes: Buffer.from(scratch.subarray(0, end)), ascii: allBits < 128 };
}

/** Decoding is synchronous, so one is enough. */
const blockScratch = Buffer.alloc(termsPerBlock * maximumTermBytes);
