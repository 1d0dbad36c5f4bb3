import { MalformedBytes } from './errors.ts';

/** Numbers below this are written by the fast half of `varint`. */
const smallVarint = 0x10000000;
const longestVarint = 8;

/** Bytes that grow at the end. `bytes` may be longer than `length`. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53-1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.reserve(longestVarint);
    const bytes = this.bytes;
    let at = this.length;
    let rest = value;
    while (rest >= smallVarint) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  raw(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const count = end - start;
    this.reserve(count);
    if (count < 32) {
      const to = this.bytes;
      let at = this.length;
      for (let i = start; i < end; i++) to[at++] = bytes[i]!;
    } else {
      this.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.length);
    }
    this.length += count;
  }

  /** UTF-8, without its length. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /**
   * A short text of ASCII behind its length, which most are: two calls of the engine cost more.
   * False: it is another one, and nothing was written.
   */
  plainText(text: string): boolean {
    const count = text.length;
    if (count > 64) return false;
    this.reserve(count + 1);
    const bytes = this.bytes;
    const from = this.length + 1;
    for (let at = 0; at < count; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) return false;
      bytes[from + at] = code;
    }
    bytes[this.length] = count;
    this.length = from + count;
    return true;
  }

  /** Six bytes, lowest first: places in files beyond 4 GB in tables with entries of one width. */
  place(value: number): void {
    this.reserve(offsetWidth);
    this.bytes.writeUIntLE(value, this.length, offsetWidth);
    this.length += offsetWidth;
  }

  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** Longer texts are written faster by the engine, which takes 100 ns to be called. */
const shortText = 32;

/** Writes UTF-8 where there is room for it; the number of bytes. */
export function writeText(bytes: Buffer, text: string, start: number): number {
  const length = text.length;
  if (length > shortText) return bytes.write(text, start, 'utf8');
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return bytes.write(text, start, 'utf8');
    bytes[start + at] = code;
  }
  return length;
}

/** Bytes that a varint takes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Bytes of one entry of a table of places. */
export const offsetWidth = 6;

/** Reads what `ByteWriter` wrote; never past `end`. */
export class ByteReader {
  bytes: Buffer;
  at: number;
  end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  varint(): number {
    const first = this.at < this.end ? this.bytes[this.at]! : 128;
    if (first < 128) {
      this.at++;
      return first;
    }
    let value = 0;
    let scale = 1;
    const limit = Math.min(this.end, this.at + longestVarint);
    while (this.at < limit) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) throw new MalformedBytes('a number is too large');
        return value;
      }
      scale *= 128;
    }
    throw new MalformedBytes('a number has no end');
  }

  /** A varint that may not pass `most`. */
  bounded(most: number, what: string): number {
    const value = this.varint();
    if (value > most) throw new MalformedBytes(`${what} is ${value}, more than ${most}`);
    return value;
  }

  /** Steps over `count` bytes and gives where they begin. */
  skip(count: number): number {
    const start = this.at;
    if (count > this.end - start) throw new MalformedBytes('the bytes end early');
    this.at = start + count;
    return start;
  }

  text(count: number): string {
    const start = this.skip(count);
    return this.bytes.toString('utf8', start, start + count);
  }
}

/** Order of UTF-8 bytes, which is the order of code points. Negative, 0 or positive. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
