import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import { isKnownFormat, knownVersions } from '../../site/index-versions.ts';
import { MalformedBytes, SegmentDamaged, segmentErrors } from './errors.ts';
import { chunkLength, decodeFooter, type Footer, headerLength, magic, type Section, tailLength } from './format.ts';

/** Where the bytes of a segment are. `read` fills `into` wholly or gives false. */
export interface RawBytes {
  readonly length: number;
  read(into: Buffer, offset: number): boolean;
  close(): void;
}

export function openFile(path: string): RawBytes {
  const file = openSync(path, 'r');
  const length = fstatSync(file).size;
  return {
    length,
    read(into, offset) {
      let at = 0;
      while (at < into.length) {
        const count = readSync(file, into, at, into.length - at, offset + at);
        if (count === 0) return false;
        at += count;
      }
      return true;
    },
    close: () => closeSync(file),
  };
}

export function memoryBytes(bytes: Buffer): RawBytes {
  return {
    length: bytes.length,
    read: (into, offset) => bytes.copy(into, 0, offset, offset + into.length) === into.length,
    close: () => undefined,
  };
}

/**
 * The bytes of a segment by section, each chunk's checksum compared when it is first read. All
 * errors about damaged bytes are SegmentDamaged; a segment of another format is refused with
 * REPERIO_SEGMENT_VERSION.
 */
export class Source {
  readonly segment: string;
  readonly records: number;
  /** Bytes of the whole file. */
  readonly length: number;
  readonly sections: ReadonlyMap<string, Section>;
  readonly #raw: RawBytes;
  readonly #footer: Footer;
  readonly #dataLength: number;
  readonly #checked: Uint8Array;
  #closed = false;

  constructor(segment: string, raw: RawBytes) {
    this.segment = segment;
    this.#raw = raw;
    this.length = raw.length;
    const { footer, dataLength } = readFooter(segment, raw);
    this.#footer = footer;
    this.#dataLength = dataLength;
    this.#checked = new Uint8Array(footer.checksums.length);
    this.records = footer.records;
    this.sections = new Map(footer.sections.map((section) => [section.name, section]));
  }

  /** A section that every segment has. */
  section(name: string): Section {
    const section = this.sections.get(name);
    if (!section) throw new SegmentDamaged(this.segment, name, 0, 'the section is missing');
    return section;
  }

  /** `length` bytes from `from` of a section on. */
  read(section: Section, from: number, length: number): Buffer {
    if (this.#closed) throw new Error(`segment ${this.segment} is closed`);
    if (from < 0 || length < 0 || from + length > section.length) {
      throw new SegmentDamaged(
        this.segment,
        section.name,
        section.offset + from,
        `${length} bytes are asked for, past its end`,
      );
    }
    const offset = section.offset + from;
    const first = Math.floor(offset / chunkLength);
    const last = Math.floor((offset + length - 1) / chunkLength);
    for (let chunk = first; chunk <= last; chunk++) {
      if (this.#checked[chunk] === 0) return this.#readChecking(first, last, offset, length);
    }
    const bytes = Buffer.allocUnsafe(length);
    if (!this.#raw.read(bytes, offset))
      throw new SegmentDamaged(this.segment, section.name, offset, 'the file ends early');
    return bytes;
  }

  /** Runs a decoder on a section's bytes; what it cannot make sense of is damage. */
  decoding<T>(section: Section, from: number, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      throw this.damage(section, from, error);
    }
  }

  /** What to throw for an error that a decoder threw. */
  damage(section: Section, from: number, error: unknown): unknown {
    if (!(error instanceof MalformedBytes)) return error;
    return new SegmentDamaged(this.segment, section.name, section.offset + from, error.message, error);
  }

  /** Reads all and compares all checksums; hands every piece to `see`, if only to hash it. */
  *checkAll(): Generator<Buffer> {
    const step = 32;
    for (let first = 0; first < this.#checked.length; first += step) {
      const last = Math.min(first + step, this.#checked.length) - 1;
      yield this.#chunks(first, last);
    }
    const rest = Buffer.allocUnsafe(this.#raw.length - this.#dataLength);
    if (!this.#raw.read(rest, this.#dataLength))
      throw new SegmentDamaged(this.segment, 'footer', this.#dataLength, 'cut off');
    yield rest;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#raw.close();
  }

  #readChecking(first: number, last: number, offset: number, length: number): Buffer {
    const bytes = this.#chunks(first, last);
    const start = offset - first * chunkLength;
    return bytes.subarray(start, start + length);
  }

  /** Whole chunks, checked. */
  #chunks(first: number, last: number): Buffer {
    const offset = first * chunkLength;
    const length = Math.min((last + 1) * chunkLength, this.#dataLength) - offset;
    const bytes = Buffer.allocUnsafeSlow(length);
    if (!this.#raw.read(bytes, offset))
      throw new SegmentDamaged(this.segment, this.#sectionAt(offset), offset, 'the file ends early');
    for (let chunk = first; chunk <= last; chunk++) {
      const start = (chunk - first) * chunkLength;
      if (crc32(bytes.subarray(start, start + chunkLength)) !== this.#footer.checksums[chunk]) {
        const at = chunk * chunkLength;
        const problem = `the checksum of ${Math.min(chunkLength, length - start)} bytes is wrong`;
        throw new SegmentDamaged(this.segment, this.#sectionAt(at), at, problem);
      }
      this.#checked[chunk] = 1;
    }
    return bytes;
  }

  #sectionAt(offset: number): string {
    let name = 'header';
    for (const section of this.#footer.sections) if (section.offset <= offset) name = section.name;
    return name;
  }
}

function readFooter(segment: string, raw: RawBytes): { footer: Footer; dataLength: number } {
  const damaged = (offset: number, problem: string, cause?: unknown) =>
    new SegmentDamaged(segment, offset === 0 ? 'header' : 'footer', offset, problem, cause);
  const header = Buffer.alloc(headerLength);
  const tail = Buffer.alloc(tailLength);
  if (raw.length < headerLength + tailLength) throw damaged(0, `the file has ${raw.length} bytes only`);
  if (!raw.read(header, 0) || !header.subarray(0, magic.length).equals(magic))
    throw damaged(0, 'it does not begin as a segment');
  const found = header.readUInt32LE(magic.length);
  if (!isKnownFormat(found)) {
    const known = [...new Set(knownVersions.map(({ format }) => format))].join(' and ');
    throw new UserError(segmentErrors.version, { segment, found, known });
  }
  const tailAt = raw.length - tailLength;
  if (!raw.read(tail, tailAt) || !tail.subarray(16).equals(magic))
    throw damaged(tailAt, 'the file does not end as a segment');
  const stored = tail.readBigUInt64LE(8);
  if (stored !== BigInt(raw.length)) throw damaged(tailAt, `the file should have ${stored} bytes, not ${raw.length}`);
  const footerLength = tail.readUInt32LE(0);
  const dataLength = tailAt - footerLength;
  if (dataLength < headerLength) throw damaged(tailAt, 'the footer is longer than the file');
  const bytes = Buffer.alloc(footerLength);
  if (!raw.read(bytes, dataLength) || crc32(bytes) !== tail.readUInt32LE(4)) {
    throw damaged(dataLength, 'the checksum of the footer is wrong');
  }
  try {
    const footer = decodeFooter(bytes);
    const last = footer.sections.at(-1);
    const end = last ? last.offset + last.length : headerLength;
    if (end !== dataLength || footer.checksums.length !== Math.ceil(dataLength / chunkLength)) {
      throw new MalformedBytes('the sections do not fill the file');
    }
    return { footer, dataLength };
  } catch (error) {
    if (error instanceof MalformedBytes) throw damaged(dataLength, error.message, error);
    throw error;
  }
}
