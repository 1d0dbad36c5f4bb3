import { RoaringBitmap32 } from '../bitmap.ts';
import { MalformedBytes } from './errors.ts';

/**
 * Records of many terms, as one bit each: a pattern stands for 100,000 terms, and a bitmap of each
 * would keep the garbage collector busy for longer than all the rest takes.
 */
export interface RecordUnion {
  readonly add: (ordinal: number) => void;
  /**
   * `bytes` is a roaring bitmap in its portable form with so many records. Throws MalformedBytes.
   */
  readonly addBitmap: (bytes: Buffer, records: number) => void;
  /** The caller owns it. */
  readonly toBitmap: () => RoaringBitmap32;
}

/** For records below `limit`. */
export function createUnion(limit: number): RecordUnion {
  const words = new Uint32Array((limit + 31) >>> 5);
  return {
    add: (ordinal) => {
      words[ordinal >>> 5]! |= 1 << (ordinal & 31);
    },
    addBitmap: (bytes, records) => addPortable(bytes, records, limit, words),
    toBitmap: () => bitmapOf(words),
  };
}

const cookieOfPlain = 12346;
const cookieOfRuns = 12347;
/** Fewer containers, with runs among them, have no table of places. */
const leastWithPlaces = 4;
const longestArray = 4096;
const bytesOfBits = 8192;

/** https://github.com/RoaringBitmap/RoaringFormatSpec */
function addPortable(bytes: Buffer, records: number, limit: number, words: Uint32Array): void {
  let at = 0;
  const need = (count: number): number => {
    const from = at;
    at += count;
    if (at > bytes.length) throw new MalformedBytes('a bitmap is cut off');
    return from;
  };
  const cookie = bytes.readUInt32LE(need(4));
  const hasRuns = (cookie & 0xffff) === cookieOfRuns;
  if (!hasRuns && cookie !== cookieOfPlain) throw new MalformedBytes('a bitmap begins as none does');
  const containers = hasRuns ? (cookie >>> 16) + 1 : bytes.readUInt32LE(need(4));
  const runs = hasRuns ? need((containers + 7) >>> 3) : 0;
  const heads = need(containers * 4);
  if (!hasRuns || containers >= leastWithPlaces) need(containers * 4);
  let seen = 0;
  for (let number = 0; number < containers; number++) {
    const base = u16(bytes, heads + number * 4) << 16;
    const count = u16(bytes, heads + number * 4 + 2) + 1;
    seen += count;
    if (base < 0 || base + count > limit) throw new MalformedBytes(`a bitmap names record ${base + count} of ${limit}`);
    if (hasRuns && (bytes[runs + (number >>> 3)]! & (1 << (number & 7))) !== 0) {
      const length = u16(bytes, need(2));
      const from = need(length * 4);
      for (let run = 0; run < length; run++) {
        const first = base + u16(bytes, from + run * 4);
        setRange(words, first, first + u16(bytes, from + run * 4 + 2), limit);
      }
    } else if (count <= longestArray) {
      const from = need(count * 2);
      const last = base + u16(bytes, from + count * 2 - 2);
      if (last >= limit) throw new MalformedBytes(`a bitmap names record ${last} of ${limit}`);
      for (let i = from; i < at; i += 2) {
        const ordinal = base + (bytes[i]! | (bytes[i + 1]! << 8));
        words[ordinal >>> 5]! |= 1 << (ordinal & 31);
      }
    } else {
      const from = need(bytesOfBits);
      const first = base >>> 5;
      const here = Math.min(bytesOfBits >>> 2, words.length - first);
      for (let word = 0; word < here; word++) words[first + word]! |= bytes.readInt32LE(from + word * 4);
    }
  }
  if (seen !== records) throw new MalformedBytes(`a bitmap has ${seen} records, not ${records}`);
}

function u16(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** Both ends included. */
function setRange(words: Uint32Array, first: number, last: number, limit: number): void {
  if (last >= limit) throw new MalformedBytes(`a bitmap names record ${last} of ${limit}`);
  for (let ordinal = first; ordinal <= last; ) {
    if ((ordinal & 31) === 0 && ordinal + 31 <= last) {
      words[ordinal >>> 5] = 0xffffffff;
      ordinal += 32;
    } else {
      words[ordinal >>> 5]! |= 1 << (ordinal & 31);
      ordinal++;
    }
  }
}

function bitmapOf(words: Uint32Array): RoaringBitmap32 {
  let count = 0;
  for (const word of words) count += bitsOf(word);
  const ordinals = new Uint32Array(count);
  let to = 0;
  for (let at = 0; at < words.length; at++) {
    for (let word = words[at]!; word !== 0; word &= word - 1) {
      ordinals[to++] = at * 32 + (31 - Math.clz32(word & -word));
    }
  }
  return new RoaringBitmap32(ordinals);
}

function bitsOf(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
