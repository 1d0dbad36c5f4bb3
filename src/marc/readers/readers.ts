import { asBuffer } from '../bytes.ts';
import { requireUtf8 } from '../problem.ts';
import type { ParsedRecord, Splitter } from '../raw.ts';
import { hasUtf16Start, xmlEncoding } from './encoding.ts';
import { find001InIso2709, parseIso2709Record } from './iso2709-parse.ts';
import { splitIso2709 } from './iso2709-split.ts';
import { parseMarcJsonRecord } from './json-parse.ts';
import { find001InJson, splitMarcJson } from './json-split.ts';
import { parseMarcXmlRecord } from './marcxml-scan.ts';
import { find001, splitMarcXml } from './marcxml-split.ts';
import { parseMarcXmlStrictly } from './marcxml-strict.ts';
import { parseTextMarcRecord } from './text-parse.ts';
import { splitTextMarc } from './text-split.ts';

/** A format that is read. */
export interface Reader {
  /** By the first bytes, and the text that they are without white space before it. */
  readonly recognises: (text: string, start: Uint8Array) => boolean;
  /**
   * A name for TextDecoder, when the input has another encoding than UTF-8 and is to be turned into
   * it first.
   */
  readonly encoding?: (start: Uint8Array) => string | undefined;
  /** `limit`: bytes of the largest record that is read. */
  readonly split: (limit: number) => Splitter;
  /** Throws RecordProblem. */
  readonly parse: (bytes: Uint8Array) => ParsedRecord;
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

const table = {
  marcxml: {
    recognises: (text, start) => hasUtf16Start(start) || text.startsWith('<'),
    encoding: xmlEncoding,
    split: splitMarcXml,
    // The scanner where the record has the usual shape, the strict parser for all others.
    parse: (bytes) => ({
      record: parseMarcXmlRecord(bytes) ?? parseMarcXmlStrictly(requireUtf8(bytes)),
      warnings: noWarnings,
    }),
    find001,
    escaping: '&#',
    refused: {
      head: `<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="${namespace}">\n`,
      tail: '</collection>\n',
      record: (bytes, comment) => {
        const prefix = /^<([\w.-]+):record\b(?![^>]*xmlns)/.exec(bytes.toString('latin1', 0, 1000))?.[1];
        const declared =
          prefix === undefined
            ? [bytes]
            : [Buffer.from(`<${prefix}:record xmlns:${prefix}="${namespace}"`), bytes.subarray(prefix.length + 8)];
        const text = comment.replace(/-(?=-)|-$/g, '- ');
        return Buffer.concat([Buffer.from(`<!-- ${text} -->\n`), ...declared, Buffer.from('\n')]);
      },
    },
  },
  json: {
    recognises: (text) => /^[[{]/.test(text),
    split: splitMarcJson,
    parse: parseMarcJsonRecord,
    find001: find001InJson,
    escaping: '\\u',
    refused: { ...without, record: (bytes) => Buffer.concat([bytes, Buffer.from('\n')]) },
  },
  iso2709: {
    recognises: (text) => /^[\d ]{5}.{7}\d{5}/s.test(text) || text.includes('\x1e'),
    split: splitIso2709,
    parse: parseIso2709Record,
    find001: find001InIso2709,
    refused: { ...without, record: (bytes) => bytes },
  },
  text: {
    recognises: (text) => /^(?:\d+ [0-9A-Za-z]{3}|[0-9A-Za-z]{3}.. \S|=[0-9A-Za-z]{3} {2})/.test(text),
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
