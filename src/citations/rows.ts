import type { ByteWriter } from '../index/segment/bytes.ts';

/**
 * A row of the citation graph as bytes: its length and the number of self-citations in it, then the
 * distance of each entry's record from the one before, times two, plus the entry's self-citation
 * bit; all as varints. A distance is three bytes in a library of a million records.
 */
export function writeRow(out: ByteWriter, entries: Uint32Array, length: number): void {
  let self = 0;
  for (let i = 0; i < length; i++) self += entries[i]! & 1;
  out.varint(length);
  out.varint(self);
  let before = 0;
  for (let i = 0; i < length; i++) {
    const id = entries[i]! >>> 1;
    out.varint((id - before) * 2 + (entries[i]! & 1));
    before = id;
  }
}

/**
 * Rows of one direction: where they begin, by record number (0: no row), and their bytes, of which
 * the first is not used.
 */
export interface RowTable {
  readonly starts: Uint32Array;
  readonly bytes: Uint8Array;
}

/** Reads rows into an array that is used again and grows. */
export class RowReader {
  entries = new Uint32Array(64);

  /** The length of the row; its entries are in `entries`. */
  read({ starts, bytes }: RowTable, id: number): number {
    let at = id < starts.length ? starts[id]! : 0;
    if (at === 0) return 0;
    const length = varintAt(bytes, at);
    at = afterVarint(bytes, afterVarint(bytes, at));
    const entries = this.room(length);
    let id2 = 0;
    for (let i = 0; i < length; i++) {
      // Without calls: a summary reads a million entries.
      let value = bytes[at++]!;
      if (value > 127) {
        value &= 127;
        let scale = 128;
        for (let byte = 128; byte > 127; scale *= 128) {
          byte = bytes[at++]!;
          value += (byte & 127) * scale;
        }
      }
      const self = value % 2;
      id2 += value - self;
      entries[i] = id2 + self;
    }
    return length;
  }

  /** `entries`, long enough for so many. */
  room(length: number): Uint32Array {
    if (this.entries.length < length) this.entries = new Uint32Array(Math.max(length, this.entries.length * 2));
    return this.entries;
  }
}

/** The length of a row, with or without its self-citations: the numbers at its beginning. */
export function rowLength({ starts, bytes }: RowTable, id: number, withSelf: boolean): number {
  const at = id < starts.length ? starts[id]! : 0;
  if (at === 0) return 0;
  const length = varintAt(bytes, at);
  return withSelf ? length : length - varintAt(bytes, afterVarint(bytes, at));
}

/** A number of less than 2^31, as `varint` of ByteReader reads it. */
function varintAt(bytes: Uint8Array, from: number): number {
  let at = from;
  let value = bytes[at++]!;
  if (value > 127) {
    value &= 127;
    for (let shift = 7, byte = 128; byte > 127; shift += 7) {
      byte = bytes[at++]!;
      value |= (byte & 127) << shift;
    }
  }
  return value;
}

function afterVarint(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at++]! > 127);
  return at;
}
