import { crc32 } from 'node:zlib';
import { firstVersions, type IndexVersions } from '../../site/index-versions.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/**
 * The segment file. Numbers are little-endian; "varint" is seven bits a byte, lowest first; "place"
 * is six bytes.
 *
 *   header    "REPERIOX", format (4 bytes), analysis (4 bytes; 0 for analysis 2, which came before it was written):
 * what the terms are is not read from
 *             it, but the same records analysed in two ways are two segments, also where their terms are the same
 *   sections  one after the other, without gaps:
 *     ids, revisions           columns by ordinal
 *     deleted                  varint count, then a list of ordinals as in `postings`
 *     created, modified, year  columns
 *     lengths w:CODE           column: words of each record, for each word space that has any
 *     sort CODE keys           texts: the distinct keys in order
 *     sort CODE ranks          column: 0, or 1 + the number of the key
 *     facet CODE texts         texts: the distinct values in code point order
 *     facet CODE starts        column: as in `FacetColumn`, and so is
 *     facet CODE values        column
 *     keys NAME starts         column: as in `KeyColumn`, and so are (own, references, authors)
 *     keys NAME high           column
 *     keys NAME low            column
 *     brief                    texts: JSON by ordinal, nothing for a deletion marker
 *     dictionary               blocks of 64 terms, see dictionary-writer.ts
 *     postings                 for each term of two records or more, in order of the dictionary: up to 64 ordinals as
 *                              varints of their distances, more as a portable roaring bitmap
 *     occurrences              for each term of a word space: frequencies, then positions, see postings-codec.ts.
 *                              Boolean questions never read it
 *     separators               for each block a shortest text between the block before it and it
 *     spaces                   the term spaces and where their parts of dictionary and separators are
 *   footer    records (varint), for each section its name and length, then a CRC-32 for each 32 KB before the footer
 *   tail      footer's length (4), footer's CRC-32 (4), file's length (8), "REPERIOX"
 *
 * A "column" is its width in bytes (1, 2 or 4, the least that holds its largest number) and its
 * numbers. "Texts" are UTF-8 one after the other, and a second section "... places" with one place
 * more than there are texts.
 *
 * The same records always give the same bytes, whether inverted at once or merged: nothing is
 * written that no record has, terms and values are in code point order, and lists have one form
 * each. The SHA-256 of the file is the segment's id. Checksums stand at the end and not with their
 * data because the file is written as a stream and read at any place.
 */
export const magic = Buffer.from('REPERIOX', 'latin1');
export const headerLength = 16;
export const tailLength = 24;
/**
 * Bytes under one checksum: what a first read of anything must read. 32 KB costs 8 us to read and
 * check.
 */
export const chunkLength = 32 * 1024;

export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

export interface Footer {
  readonly records: number;
  readonly sections: readonly Section[];
  readonly checksums: Uint32Array;
}

/** "w:title" has positions; other spaces have whole values. */
export function isWordSpace(name: string): boolean {
  return name.startsWith('w:');
}

export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function encodeHeader({ analysis, format }: IndexVersions): Buffer {
  const header = Buffer.alloc(headerLength);
  magic.copy(header);
  header.writeUInt32LE(format, magic.length);
  header.writeUInt32LE(analysis === firstVersions.analysis ? 0 : analysis, magic.length + 4);
  return header;
}

/** Footer and tail, for `length` bytes before them. */
export function encodeFooter(footer: Footer, length: number): Buffer {
  const out = new ByteWriter();
  out.varint(footer.records);
  out.varint(footer.sections.length);
  for (const section of footer.sections) {
    out.varint(Buffer.byteLength(section.name));
    out.text(section.name);
    out.varint(section.length);
  }
  out.varint(footer.checksums.length);
  const { buffer, byteOffset, byteLength } = footer.checksums;
  out.raw(new Uint8Array(buffer, byteOffset, byteLength));
  const tail = Buffer.alloc(tailLength);
  tail.writeUInt32LE(out.length, 0);
  tail.writeUInt32LE(crc32(out.view()), 4);
  tail.writeBigUInt64LE(BigInt(length + out.length + tailLength), 8);
  magic.copy(tail, 16);
  return Buffer.concat([out.view(), tail]);
}

/** Throws MalformedBytes. */
export function decodeFooter(bytes: Buffer): Footer {
  const reader = new ByteReader(bytes);
  const records = reader.bounded(0xffffffff, 'the number of records');
  const sections: Section[] = [];
  let offset = headerLength;
  for (let left = reader.bounded(bytes.length, 'the number of sections'); left > 0; left--) {
    const name = reader.text(reader.varint());
    const length = reader.varint();
    sections.push({ name, offset, length });
    offset += length;
  }
  const checksums = new Uint32Array(reader.bounded(bytes.length / 4, 'the number of checksums'));
  const start = reader.skip(checksums.byteLength);
  bytes.copy(new Uint8Array(checksums.buffer), 0, start);
  return { records, sections, checksums };
}
