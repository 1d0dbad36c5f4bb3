import { RoaringBitmap32 } from '../bitmap.ts';
import type { Frequencies } from '../segment.ts';
import { ByteReader, type ByteWriter, varintLength } from './bytes.ts';
import { MalformedBytes } from './errors.ts';

/**
 * The longest list of ordinals written as varints of their distances; longer ones are portable
 * roaring bitmaps, run-optimised. (34 us a record to write at 64; below, roaring's headers take
 * more room than the numbers.)
 */
export const longestVarintList = 64;

/** `ordinals[0 .. count-1]` ascend. The same ordinals always give the same bytes. */
export function writeOrdinals(out: ByteWriter, ordinals: Uint32Array, count: number): void {
  if (count <= longestVarintList) {
    let next = 0;
    for (let i = 0; i < count; i++) {
      out.varint(ordinals[i]! - next);
      next = ordinals[i]! + 1;
    }
    return;
  }
  writeBitmap(out, new RoaringBitmap32(ordinals.length === count ? ordinals : ordinals.subarray(0, count)));
}

/** Changes the bitmap's inner form, not its content. */
export function writeBitmap(out: ByteWriter, bitmap: RoaringBitmap32): void {
  bitmap.runOptimize();
  const size = bitmap.getSerializationSizeInBytes('portable');
  out.reserve(size);
  bitmap.serialize('portable', out.bytes.subarray(out.length, out.length + size));
  out.length += size;
}

/** Ordinals of a list of `count`, all below `limit`. */
export function readOrdinals(bytes: Buffer, count: number, limit: number): Uint32Array {
  if (count > longestVarintList) return readBitmap(bytes, count, limit).toUint32Array();
  const ordinals = new Uint32Array(count);
  let next = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    let shift = 0;
    let byte = 0;
    do {
      if (at >= bytes.length || shift > 28) throw new MalformedBytes('a list of records is cut off');
      byte = bytes[at++]!;
      value += (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    next += value;
    if (next >= limit || value < 0) throw new MalformedBytes(`a list names record ${next} of ${limit}`);
    ordinals[i] = next++;
  }
  return ordinals;
}

export function readBitmap(bytes: Buffer, count: number, limit: number): RoaringBitmap32 {
  if (count <= longestVarintList) return new RoaringBitmap32(readOrdinals(bytes, count, limit));
  let bitmap: RoaringBitmap32;
  try {
    bitmap = RoaringBitmap32.deserialize(bytes, 'portable');
  } catch (cause) {
    throw new MalformedBytes('a bitmap cannot be read', { cause });
  }
  if (bitmap.size !== count) throw new MalformedBytes(`a bitmap has ${bitmap.size} records, not ${count}`);
  if (bitmap.maximum() >= limit) throw new MalformedBytes(`a bitmap names record ${bitmap.maximum()} of ${limit}`);
  return bitmap;
}

/**
 * Four to a byte, two bits each: 1, 2, 3, or "4 and more", whose rest follows behind as varints in
 * the same order. Above `longestVarintList` postings the length of all this comes first, so that
 * ranking can read it without the positions behind it.
 */
export function writeFrequencies(out: ByteWriter, frequencies: Uint32Array, count: number): void {
  const packed = (count + 3) >> 2;
  if (count > longestVarintList) {
    let length = packed;
    for (let i = 0; i < count; i++) if (frequencies[i]! > 3) length += varintLength(frequencies[i]! - 4);
    out.varint(length);
  }
  out.reserve(packed);
  const bytes = out.bytes;
  const start = out.length;
  bytes.fill(0, start, start + packed);
  let large = 0;
  for (let i = 0; i < count; i++) {
    const code = Math.min(frequencies[i]! - 1, 3);
    if (code === 3) large++;
    bytes[start + (i >> 2)]! |= code << ((i & 3) << 1);
  }
  out.length += packed;
  for (let i = 0; large > 0; i++) {
    if (frequencies[i]! < 4) continue;
    out.varint(frequencies[i]! - 4);
    large--;
  }
}

/**
 * Bytes at the beginning of `count` > `longestVarintList` occurrences that hold the frequencies, of
 * which these are the first few.
 */
export function frequenciesLength(bytes: Buffer): number {
  const reader = new ByteReader(bytes);
  return reader.varint() + reader.at;
}

/** How many bytes `frequenciesLength` wants to see. */
export const frequenciesHead = 8;

/**
 * Frequencies of `count` postings to `into`, from index `offset` on; leaves the reader at the
 * positions. Gives their sum. `room` is how many bytes frequencies and positions have: each
 * occurrence takes one, so that wrong numbers cannot ask for much memory.
 */
export function readFrequencies(
  reader: ByteReader,
  count: number,
  room: number,
  into: Uint32Array,
  offset = 0,
): number {
  if (count > longestVarintList) reader.varint();
  const bytes = reader.bytes;
  const start = reader.skip((count + 3) >> 2);
  let sum = 0;
  const whole = count & ~3;
  for (let i = 0; i < count; i += 4) {
    let packed = bytes[start + (i >> 2)]!;
    if ((packed & (packed >> 1) & 0x55) === 0 && i < whole) {
      const a = (packed & 3) + 1;
      const b = ((packed >> 2) & 3) + 1;
      const c = ((packed >> 4) & 3) + 1;
      const d = (packed >> 6) + 1;
      into[offset + i] = a;
      into[offset + i + 1] = b;
      into[offset + i + 2] = c;
      into[offset + i + 3] = d;
      sum += a + b + c + d;
      continue;
    }
    const stop = Math.min(i + 4, count);
    for (let k = i; k < stop; k++) {
      let frequency = (packed & 3) + 1;
      packed >>= 2;
      if (frequency === 4) frequency += reader.bounded(room, 'a frequency');
      into[offset + k] = frequency;
      sum += frequency;
    }
  }
  if (sum > room) throw new MalformedBytes('there are more occurrences than bytes for them');
  return sum;
}

/**
 * The same as bytes, for a list that is kept: five bytes a record with its ordinal instead of
 * eight. Undefined when some frequency is above 255: the reader is then anywhere.
 */
export function readSmallFrequencies(
  reader: ByteReader,
  count: number,
  room: number,
): { readonly frequencies: Uint8Array; readonly total: number } | undefined {
  if (count > longestVarintList) reader.varint();
  const { bytes } = reader;
  const start = reader.skip((count + 3) >> 2);
  const frequencies = new Uint8Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    let frequency = ((bytes[start + (i >> 2)]! >> ((i & 3) << 1)) & 3) + 1;
    if (frequency === 4) {
      frequency += reader.bounded(room, 'a frequency');
      if (frequency > 255) return undefined;
    }
    frequencies[i] = frequency;
    total += frequency;
  }
  if (total > room) throw new MalformedBytes('there are more occurrences than bytes for them');
  return { frequencies, total };
}

/**
 * Positions of one record, `positions[start .. end-1]`, ascend strictly: the first, then distances
 * less one.
 */
export function writePositions(out: ByteWriter, positions: Uint32Array, start: number, end: number): void {
  let next = 0;
  for (let i = start; i < end; i++) {
    out.varint(positions[i]! - next);
    next = positions[i]! + 1;
  }
}

/** Positions of records with these frequencies (`total` in all), to the reader's end. */
export function readPositions(reader: ByteReader, frequencies: Frequencies, total: number): Uint32Array {
  const { bytes, end } = reader;
  const positions = new Uint32Array(total);
  let at = reader.at;
  let to = 0;
  for (let i = 0; i < frequencies.length; i++) {
    let next = 0;
    for (let left = frequencies[i]!; left > 0; left--) {
      const byte = at < end ? bytes[at]! : 128;
      const second = at + 1 < end ? bytes[at + 1]! : 128;
      if (byte < 128) {
        next += byte;
        at++;
      } else if (second < 128) {
        next += (byte & 127) | (second << 7);
        at += 2;
      } else {
        reader.at = at;
        next += reader.bounded(0xffffffff, 'a position');
        at = reader.at;
      }
      positions[to++] = next++;
    }
  }
  if (at !== end) throw new MalformedBytes('positions are left over');
  return positions;
}

/**
 * Where the positions of each record end, from `at` on; without decoding them. Throws when they
 * pass `end`.
 */
export function skipPositions(bytes: Uint8Array, at: number, end: number, frequency: number): number {
  let place = at;
  for (let left = frequency; left > 0; left--) {
    while (place < end && bytes[place]! > 127) place++;
    place++;
  }
  if (place > end) throw new MalformedBytes('a list of positions is cut off');
  return place;
}
