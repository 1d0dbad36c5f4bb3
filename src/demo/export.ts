import type { MarcRecord } from '../marc/record.ts';
import { toIso2709 } from '../marc/write-iso2709.ts';
import { toMarcJson } from '../marc/write-json.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../marc/write-marcxml.ts';
import { toTextMarc } from '../marc/write-text.ts';
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

/** Bytes of a chunk: large enough that writing costs nothing, small enough that a reader never waits for it. */
const chunkBytes = 256 * 1024;

/** The records as a document in the format, in chunks. JSON is MARC-in-JSON, one record a line. */
export function* exportDemo(options: DemoExport): Generator<Buffer> {
  const { library, format, from, count } = options;
  let parts: Buffer[] = [];
  let bytes = 0;
  const take = (part: Buffer): boolean => {
    parts.push(part);
    bytes += part.length;
    return bytes >= chunkBytes;
  };
  const flush = (): Buffer => {
    const chunk = Buffer.concat(parts, bytes);
    parts = [];
    bytes = 0;
    return chunk;
  };
  if (format === 'marcxml') take(Buffer.from(marcXmlHead));
  for (let number = from; number < from + count; number++) {
    if (take(serialise(library.record(number), number, options))) yield flush();
  }
  if (format === 'marcxml') take(Buffer.from(marcXmlFoot));
  if (bytes > 0) yield flush();
}

function serialise(record: MarcRecord, number: number, options: DemoExport): Buffer {
  switch (options.format) {
    case 'marcxml':
      return Buffer.from(`${toMarcXml(record)}\n`);
    case 'json':
      return Buffer.from(`${toMarcJson(record)}\n`);
    case 'text':
      return Buffer.from(toTextMarc(record, { id: number }));
    case 'iso2709':
      return iso2709(record, number, options);
  }
}

/** Authors that a record of 99,999 bytes has room for beside the rest. */
const iso2709Authors = 1000;

/** ISO 2709 holds 99,999 bytes, which a paper by 3,000 people exceeds: the last of them are left out, and that is said. */
function iso2709(record: MarcRecord, number: number, { onShortened }: DemoExport): Buffer {
  let authors = 0;
  const fields = record.fields.filter(({ tag }) => tag !== '700' || ++authors < iso2709Authors);
  const missing = record.fields.length - fields.length;
  if (missing > 0) onShortened?.(number, missing);
  return toIso2709({ leader: record.leader, fields });
}
