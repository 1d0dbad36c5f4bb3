import { crc32 } from 'node:zlib';
import { type IndexedRecord, noKeys, type RecordColumns } from './document.ts';
import { ByteReader, ByteWriter } from './segment/bytes.ts';
import { MalformedBytes } from './segment/errors.ts';
import type { TermSink } from './term-sink.ts';

/**
 * A delta: what the analysis said of one record version, as bytes, so that any reader can put the
 * record into a segment without reading the record. A checksum (4 bytes), then chunks: a text is
 * its length and its UTF-8; numbers are varints. The record (JSON), the number of spaces, their
 * names, the number of words, their texts, and for each term: space * 2, the text of a value; or
 * space * 2 + 1, the number of a word and its position.
 */
export interface DeltaTarget extends TermSink {
  begin(record: IndexedRecord): void;
}

/** `analyse` says the terms of the record; a deletion marker has none. */
export function packDelta(record: IndexedRecord, analyse: (sink: TermSink) => void): Buffer {
  const spaces = new Numbering();
  const words = new Numbering();
  const terms = new ByteWriter();
  analyse({
    space: (name) => spaces.number(name),
    term: (text) => words.number(text),
    word(space, term, position) {
      terms.varint(space * 2 + 1);
      terms.varint(term);
      terms.varint(position);
    },
    value(space, term) {
      terms.varint(space * 2);
      putText(terms, term);
    },
  });
  const head = new ByteWriter();
  putText(head, JSON.stringify(record));
  for (const { texts } of [spaces, words]) {
    head.varint(texts.length);
    for (const text of texts) putText(head, text);
  }
  const body = Buffer.concat([head.view(), terms.view()]);
  const packed = Buffer.allocUnsafe(body.length + 4);
  packed.writeUInt32LE(crc32(body));
  body.copy(packed, 4);
  return packed;
}

/**
 * Says a delta to a sink: `begin`, then every term in the order of the analysis. Throws when the
 * bytes are damaged.
 */
export function replayDelta(packed: Buffer, target: DeltaTarget): void {
  const body = packed.subarray(4);
  if (packed.length < 4 || crc32(body) !== packed.readUInt32LE())
    throw new MalformedBytes('the checksum of a delta is wrong');
  const reader = new ByteReader(body);
  target.begin(withKeys(JSON.parse(takeText(reader)) as StoredRecord));
  const spaces = takeTexts(reader).map((name) => target.space(name));
  const words = takeTexts(reader).map((text) => target.term(text));
  while (reader.at < reader.end) {
    const head = reader.varint();
    const space = spaces[head >> 1];
    if (space === undefined) throw new MalformedBytes('a delta names a term space that it does not have');
    if ((head & 1) === 0) {
      target.value(space, takeText(reader));
      continue;
    }
    const word = words[reader.varint()];
    if (word === undefined) throw new MalformedBytes('a delta names a word that it does not have');
    target.word(space, word, reader.varint());
  }
}

/** Releases before 0.2 wrote deltas without keys. */
type StoredRecord = Omit<IndexedRecord, 'columns'> & {
  readonly columns: Omit<RecordColumns, 'keys'> & Partial<Pick<RecordColumns, 'keys'>>;
};

function withKeys(record: StoredRecord): IndexedRecord {
  return { ...record, columns: { ...record.columns, keys: record.columns.keys ?? noKeys } };
}

function putText(to: ByteWriter, text: string): void {
  if (to.plainText(text)) return;
  to.varint(Buffer.byteLength(text));
  to.text(text);
}

function takeText(from: ByteReader): string {
  return from.text(from.varint());
}

function takeTexts(from: ByteReader): string[] {
  const texts: string[] = [];
  for (let left = from.varint(); left > 0; left--) texts.push(takeText(from));
  return texts;
}

/** Texts numbered 0, 1, 2 ... in the order they first came. */
class Numbering {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
