import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { IndexVersions } from '../../site/index-versions.ts';
import { ByteWriter } from './bytes.ts';
import { chunkLength, encodeFooter, encodeHeader, type Section } from './format.ts';

/** A segment's bytes, whole in memory. */
export interface SegmentData {
  /** Hex SHA-256 of `bytes`. */
  readonly id: string;
  readonly records: number;
  readonly bytes: Buffer;
}

const flushLength = 32 * chunkLength;

/**
 * Takes the bytes of a segment from its beginning to its end, section by section, and hands them on
 * in pieces with all their checksums.
 */
export class SegmentOutput {
  readonly #write: (bytes: Buffer) => void;
  readonly #records: number;
  readonly #sections: Section[] = [];
  readonly #checksums = new ByteWriter();
  readonly #hash = createHash('sha256');
  #buffer = Buffer.allocUnsafeSlow(flushLength);
  #filled = 0;
  #flushed = 0;
  #sectionStart = 0;

  /** `write` gets a buffer that is used again after it returns. */
  constructor(records: number, versions: IndexVersions, write: (bytes: Buffer) => void) {
    this.#records = records;
    this.#write = write;
    this.write(encodeHeader(versions));
  }

  /** All bytes from here to the next `begin` belong to this section. */
  begin(name: string): void {
    this.#endSection();
    this.#sections.push({ name, offset: this.#length, length: 0 });
    this.#sectionStart = this.#length;
  }

  write(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const count = Math.min(bytes.length - from, flushLength - this.#filled);
      this.#buffer.set(from === 0 && count === bytes.length ? bytes : bytes.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled === flushLength) this.#flush();
    }
  }

  /** Writes footer and tail; gives id and length. */
  finish(): { readonly id: string; readonly bytes: number } {
    this.#endSection();
    this.#flush();
    const checksums = Uint32Array.from({ length: this.#checksums.length / 4 }, (_, i) =>
      this.#checksums.bytes.readUInt32LE(i * 4),
    );
    const footer = encodeFooter({ records: this.#records, sections: this.#sections, checksums }, this.#flushed);
    this.#hash.update(footer);
    this.#write(footer);
    return { id: this.#hash.digest('hex'), bytes: this.#flushed + footer.length };
  }

  get #length(): number {
    return this.#flushed + this.#filled;
  }

  #endSection(): void {
    const last = this.#sections.pop();
    if (last) this.#sections.push({ ...last, length: this.#length - this.#sectionStart });
  }

  #flush(): void {
    const bytes = this.#buffer.subarray(0, this.#filled);
    for (let start = 0; start < bytes.length; start += chunkLength) {
      this.#checksums.reserve(4);
      this.#checksums.bytes.writeUInt32LE(crc32(bytes.subarray(start, start + chunkLength)), this.#checksums.length);
      this.#checksums.length += 4;
    }
    this.#hash.update(bytes);
    this.#write(bytes);
    this.#flushed += bytes.length;
    this.#filled = 0;
  }
}

/** Runs `fill` on an output in memory; `capacity` is a guess at its bytes. */
export function segmentInMemory(
  records: number,
  versions: IndexVersions,
  capacity: number,
  fill: (output: SegmentOutput) => void,
): SegmentData {
  const out = new ByteWriter(capacity);
  const output = new SegmentOutput(records, versions, (bytes) => out.raw(bytes));
  fill(output);
  const { id } = output.finish();
  return { id, records, bytes: out.view() };
}

/** A section with one number for each record (or value): its width, then the numbers. */
export function writeColumn(output: SegmentOutput, name: string, numbers: Uint32Array): void {
  output.begin(name);
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > largest) largest = numbers[i]!;
  const narrow = largest < 0x100 ? new Uint8Array(numbers) : largest < 0x10000 ? new Uint16Array(numbers) : numbers;
  output.write(Uint8Array.of(narrow.BYTES_PER_ELEMENT));
  output.write(new Uint8Array(narrow.buffer, narrow.byteOffset, narrow.byteLength));
}

/** Two sections: texts one after the other, and their places. */
export class TextsWriter {
  readonly #output: SegmentOutput;
  readonly #name: string;
  readonly #offsets = new ByteWriter();
  #end = 0;
  count = 0;

  constructor(output: SegmentOutput, name: string) {
    this.#output = output;
    this.#name = name;
    output.begin(name);
    this.#offsets.place(0);
  }

  add(utf8: Uint8Array): void {
    this.#output.write(utf8);
    this.#end += utf8.length;
    this.#offsets.place(this.#end);
    this.count++;
  }

  finish(): void {
    this.#output.begin(`${this.#name} places`);
    this.#output.write(this.#offsets.view());
  }
}
