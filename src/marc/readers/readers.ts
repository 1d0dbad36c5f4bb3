import { asBuffer } from '../bytes.ts';
import { requireUtf8 } from '../problem.ts';
import type { ParsedRecord, Splitter } from '../raw.ts';
import { xmlEncoding } from './encoding.ts';
import { find001InIso2709, parseIso2709Record } from './iso2709-parse.ts';
import { splitIso2709 } from './iso2709-split.ts';
import { parseMarcJsonRecord } from './json-parse.ts';
import { find001InJson, splitMarcJson } from './json-split.ts';
import { harvestedRecord } from './marcxml-harvested.ts';
import { parseMarcXmlRecord } from './marcxml-scan.ts';
import { find001, splitMarcXml } from './marcxml-split.ts';
import { parseMarcXmlStrictly } from './marcxml-strict.ts';
import { parseTextMarcRecord } from './text-parse.ts';
import { splitTextMarc } from './text-split.ts';

/** A format that is read. */
export interface Reader {
  /** As messages call it. */
  readonly name: string;
  /** By the first bytes, and the text that they are without white space before it. */
  readonly recognises: (text: string) => boolean;
  /**
   * A name for TextDecoder, when the input has another encoding than UTF-8 and is to be turned into
   * it first.
   */
  readonly encoding?: (start: Uint8Array) => string | undefined;
  /** `limit`: bytes of the largest record that is read. */
  readonly split: (limit: number) => Splitter;
  /** Its lengths are in bytes, so its values are decoded one by one, not the input as a whole. */
  readonly keepsBytes?: true;
  readonly mayBeMarc8?: true;
  /** `encoding`: what the values are in, where somebody said so. Throws RecordProblem. */
  readonly parse: (bytes: Uint8Array, encoding?: string) => ParsedRecord;
  /** The control number of what could not be parsed. */
  readonly find001: (bytes: Uint8Array) => string | undefined;
  /** With what characters are written as numbers, which may be half ones. */
  readonly escaping?: string;
  /** A file of refused records, which can be loaded again after correction. */
  readonly refused: {
    readonly head: string;
    readonly tail: string;
    /** `comment`: what is wrong, where the format has a place for it. */
    readonly record: (bytes: Buffer, comment: string) => Buffer;
  };
}

const namespace = 'http://www.loc.gov/MARC21/slim';
const without = { head: '', tail: '' } as const;
const noWarnings: readonly string[] = Object.freeze([]);

// The scanner where the record has the usual shape, the strict parser for all others.
function parseMarcXml(bytes: Uint8Array): ParsedRecord {
  return { record: parseMarcXmlRecord(bytes) ?? parseMarcXmlStrictly(requireUtf8(bytes)), warnings: noWarnings };
}

const table = {
  marcxml: {
    name: 'MARCXML',
    recognises: (text) => text.startsWith('<'),
    encoding: xmlEncoding,
    split: splitMarcXml,
    parse: (bytes) => {
      const harvest = harvestedRecord(bytes);
      if (harvest === undefined) return parseMarcXml(bytes);
      return { ...parseMarcXml(harvest.record), harvested: harvest.identifier };
    },
    find001,
    escaping: '&#',
    refused: {
      head: `<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="${namespace}">\n`,
      tail: '</collection>\n',
      record: (bytes, comment) => {
        const [, before = '', prefix] =
          /^(<\?[^>]*\?>)?<([\w.-]+):record\b(?![^>]*xmlns)/.exec(bytes.toString('latin1', 0, 1000)) ?? [];
        const declared =
          prefix === undefined
            ? [bytes]
            : [
                bytes.subarray(0, before.length),
                Buffer.from(`<${prefix}:record xmlns:${prefix}="${namespace}"`),
                bytes.subarray(before.length + prefix.length + 8),
              ];
        const text = comment.replace(/-(?=-)|-$/g, '- ');
        return Buffer.concat([Buffer.from(`<!-- ${text} -->\n`), ...declared, Buffer.from('\n')]);
      },
    },
  },
  json: {
    name: 'MARC-in-JSON',
    recognises: (text) => /^[[{]/.test(text),
    split: splitMarcJson,
    parse: parseMarcJsonRecord,
    find001: find001InJson,
    escaping: '\\u',
    refused: { ...without, record: (bytes) => Buffer.concat([bytes, Buffer.from('\n')]) },
  },
  iso2709: {
    name: 'ISO 2709',
    keepsBytes: true,
    mayBeMarc8: true,
    // With a damaged leader by its separator, which pictures and programs may have too.
    recognises: (text) => /^[\d ]{5}.{7}\d{5}/s.test(text) || (text.includes('\x1e') && !/\0|^%PDF/.test(text)),
    split: splitIso2709,
    parse: parseIso2709Record,
    find001: find001InIso2709,
    refused: { ...without, record: (bytes) => bytes },
  },
  text: {
    name: 'text MARC',
    mayBeMarc8: true,
    // Prose has words of five letters at the beginning of its lines, too.
    recognises: (text) =>
      /^(?:\d+ \d{3}|(?:\d+ )?(?:[0-9A-Za-z]{3}.. \$\$|(?:00\d|[A-Z][0-9A-Z]{2})[ _\d]{2} \S)|=[0-9A-Za-z]{3} {2})/.test(
        text,
      ),
    split: splitTextMarc,
    parse: parseTextMarcRecord,
    find001: (bytes) => /^(?:\d+ 001.. |=001 {2})(.*)$/mu.exec(asBuffer(bytes).toString('utf8', 0, 10_000))?.[1],
    refused: { ...without, record: (bytes) => Buffer.concat([bytes, Buffer.from('\n\n')]) },
  },
} as const satisfies Readonly<Record<string, Reader>>;

/** The formats that are read. */
export type RecordFormat = keyof typeof table;

export const recordFormats = Object.keys(table) as readonly RecordFormat[];

/** THE table of readers, in the order in which they look whether an input is theirs. */
export const readers: Readonly<Record<RecordFormat, Reader>> = table;
