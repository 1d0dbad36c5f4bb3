import type { MarcRecord } from '../marc/record.ts';
import { toIso2709 } from '../marc/writers/iso2709.ts';
import { toMarcJson } from '../marc/writers/json.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../marc/writers/marcxml.ts';
import { toTextMarc } from '../marc/writers/text.ts';
import type { DemoLibrary } from './library.ts';

export const demoFormats = ['marcxml', 'iso2709', 'json', 'text'] as const;
export type DemoFormat = (typeof demoFormats)[number];

export interface DemoExport {
  readonly library: DemoLibrary;
  readonly format: DemoFormat;
  /** The first record's number, from 1. */
  readonly from: number;
  readonly count: number;
  /** Called for a record that the format cannot hold whole, with how many authors were left out. */
  readonly onShortened?: (number: number, authors: number) => void;
}

/**
 * Characters or bytes of a chunk: large enough that writing costs nothing, small enough that a
 * reader never waits for it.
 */
const chunkSize = 256 * 1024;

/** The records as a document in the format, in chunks. JSON is MARC-in-JSON, one record a line. */
export function* exportDemo(options: DemoExport): Generator<Buffer> {
  const { library, format, from, count } = options;
  if (format === 'iso2709') {
    yield* chunks(
      numbers(from, count),
      (number) => iso2709(library.record(number), number, options),
      (parts: Buffer[]) => Buffer.concat(parts),
    );
    return;
  }
  if (format === 'marcxml') yield Buffer.from(marcXmlHead);
  const written = (number: number): string => textOf(library.record(number), number, format);
  yield* chunks(numbers(from, count), written, (parts) => Buffer.from(parts.join('')));
  if (format === 'marcxml') yield Buffer.from(marcXmlFoot);
}

function* numbers(from: number, count: number): Generator<number> {
  for (let number = from; number < from + count; number++) yield number;
}

/** Serialised records, joined into chunks of about `chunkSize`. */
function* chunks<T extends string | Buffer>(
  numbers: Iterable<number>,
  serialise: (number: number) => T,
  join: (parts: T[]) => Buffer,
): Generator<Buffer> {
  let parts: T[] = [];
  let size = 0;
  for (const number of numbers) {
    const part = serialise(number);
    parts.push(part);
    size += part.length;
    if (size < chunkSize) continue;
    yield join(parts);
    parts = [];
    size = 0;
  }
  if (size > 0) yield join(parts);
}

function textOf(record: MarcRecord, number: number, format: Exclude<DemoFormat, 'iso2709'>): string {
  if (format === 'marcxml') return `${toMarcXml(record)}\n`;
  return format === 'json' ? `${toMarcJson(record)}\n` : toTextMarc(record, { id: number });
}

/** Authors that a record of 99,999 bytes has room for beside the rest. */
const iso2709Authors = 1000;

/**
 * ISO 2709 holds 99,999 bytes, which a paper by 3,000 people exceeds: the last of them are left
 * out, and that is said.
 */
function iso2709(record: MarcRecord, number: number, { onShortened }: DemoExport): Buffer {
  let authors = 0;
  const fields = record.fields.filter(({ tag }) => tag !== '700' || ++authors < iso2709Authors);
  const missing = record.fields.length - fields.length;
  if (missing > 0) onShortened?.(number, missing);
  return toIso2709({ leader: record.leader, fields });
}
