import { crc32 } from 'node:zlib';
import type { IndexedRecord } from './document.ts';
import { ByteReader, ByteWriter } from './segment/bytes.ts';
import { MalformedBytes } from './segment/errors.ts';
import type { TermSink } from './term-sink.ts';

/**
 * A delta: what the analysis said of one record version, as bytes, so that any reader can put the record into a segment without reading the record.
 * A checksum (4 bytes), then chunks: a text is its length and its UTF-8; numbers are varints. The record (JSON), the number of spaces, their names,
 * and for each term: space * 2 + (1 for a word), the term, and for a word the position.
 */
export interface DeltaTarget extends TermSink {
  begin(record: IndexedRecord): void;
}

/** `analyse` says the terms of the record; a deletion marker has none. */
export function packDelta(record: IndexedRecord, analyse: (sink: TermSink) => void): Buffer {
  const spaces: string[] = [];
  const numbers = new Map<string, number>();
  const terms = new ByteWriter();
  analyse({
    space(name) {
      let number = numbers.get(name);
      if (number === undefined) {
        number = spaces.push(name) - 1;
        numbers.set(name, number);
      }
      return number;
    },
    word(space, term, position) {
      terms.varint(space * 2 + 1);
      putText(terms, term);
      terms.varint(position);
    },
    value(space, term) {
      terms.varint(space * 2);
      putText(terms, term);
    },
  });
  const head = new ByteWriter();
  putText(head, JSON.stringify(record));
  head.varint(spaces.length);
  for (const space of spaces) putText(head, space);
  const body = Buffer.concat([head.view(), terms.view()]);
  const packed = Buffer.allocUnsafe(body.length + 4);
  packed.writeUInt32LE(crc32(body));
  body.copy(packed, 4);
  return packed;
}

/** Says a delta to a sink: `begin`, then every term in the order of the analysis. Throws when the bytes are damaged. */
export function replayDelta(packed: Buffer, target: DeltaTarget): void {
  const body = packed.subarray(4);
  if (packed.length < 4 || crc32(body) !== packed.readUInt32LE())
    throw new MalformedBytes('the checksum of a delta is wrong');
  const reader = new ByteReader(body);
  target.begin(JSON.parse(takeText(reader)) as IndexedRecord);
  const spaces: number[] = [];
  for (let left = reader.varint(); left > 0; left--) spaces.push(target.space(takeText(reader)));
  while (reader.at < reader.end) {
    const head = reader.varint();
    const space = spaces[head >> 1];
    if (space === undefined) throw new MalformedBytes('a delta names a term space that it does not have');
    const term = takeText(reader);
    if ((head & 1) === 1) target.word(space, term, reader.varint());
    else target.value(space, term);
  }
}

function putText(to: ByteWriter, text: string): void {
  to.varint(Buffer.byteLength(text));
  to.text(text);
}

function takeText(from: ByteReader): string {
  return from.text(from.varint());
}
