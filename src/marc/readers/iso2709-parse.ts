import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { asBuffer } from '../bytes.ts';
import { marcErrors } from '../errors.ts';
import { decodeMarc8 } from '../marc8/decode.ts';
import { notMarc8At } from '../marc8/doubt.ts';
import { notUtf8, quote, RecordProblem } from '../problem.ts';
import type { ParsedRecord } from '../raw.ts';
import { controlField, dataField, type Field, type Subfield } from '../record.ts';
import { isControlTag, isTag } from '../validate.ts';
import { decoderNamed } from './encoding.ts';
import { saidLength } from './iso2709-split.ts';

const fieldEnd = 0x1e;
const delimiter = '\x1f';
const entryLength = 12;

/** How the values are encoded: all ASCII and UTF-8 need no tables. */
type Encoding = 'ascii' | 'utf8' | 'marc8' | TextDecoder;

/** Where a field stands: from its indicators to before its terminator. */
interface Place {
  readonly tag: string;
  readonly start: number;
  readonly end: number;
}

/**
 * One record from its leader to its terminator. The directory is checked against the data: each
 * field must be framed by field terminators and none may be left out. Where it cannot be right (a
 * record over 99,999 bytes, a field over 9,999), the fields are told by their terminators. UTF-8
 * when leader/09 is "a" or the bytes are; else MARC-8; or `named`. Throws RecordProblem.
 */
export function parseIso2709Record(bytes: Uint8Array, named?: string): ParsedRecord {
  const buffer = asBuffer(bytes);
  const warnings: string[] = [];
  if (saidLength(buffer, 0) !== buffer.length) {
    warnings.push(
      `says in its leader that it has ${quote(buffer.toString('latin1', 0, 5))} bytes, it has ${buffer.length}`,
    );
  }
  const text = buffer.toString('latin1');
  const encoding = encodingOf(buffer, text, warnings, named);
  const decoder = encoding instanceof TextDecoder ? encoding : undefined;
  const fields: Field[] = [];
  const take = (tag: string, start: number, end: number): void => {
    const value =
      encoding === 'utf8'
        ? buffer.toString('utf8', start, end)
        : decoder !== undefined
          ? decoder.decode(buffer.subarray(start, end))
          : text.substring(start, end);
    fields.push(parseField(tag, value, fields.length + 1, encoding, warnings));
  };
  const told = warnings.length;
  try {
    takeByDirectory(buffer, text, take);
  } catch (error) {
    if (!(error instanceof RecordProblem) || error.kind !== marcErrors.directory) throw error;
    const places = placesByTerminators(buffer, text);
    if (places === undefined) throw error;
    fields.length = 0;
    warnings.length = told;
    warnings.push(`has a wrong directory (${error.values['reason']}); its fields were separated by their terminators`);
    for (const { tag, start, end } of places) take(tag, start, end);
  }
  return { record: { leader: text.substring(0, 24), fields }, warnings };
}

function takeByDirectory(buffer: Buffer, text: string, take: (tag: string, start: number, end: number) => void): void {
  const base = baseAddress(buffer);
  let framed = base;
  for (let entry = 24; entry < base - 1; entry += entryLength) {
    const tag = text.substring(entry, entry + 3);
    const length = number(buffer, entry + 3, 4);
    const start = base + number(buffer, entry + 7, 5);
    const end = start + length - 1;
    if (!(length > 0) || buffer[end] !== fieldEnd || buffer[start - 1] !== fieldEnd || end >= buffer.length - 1) {
      throw wrongDirectory(`it places field ${tag} where no field is`);
    }
    framed += length;
    take(tag, start, end);
  }
  if (framed !== buffer.length - 1)
    throw wrongDirectory(`its fields take ${framed - base} bytes, the data has ${buffer.length - 1 - base}`);
}

/**
 * The fields between their terminators, with the tags of the directory: by its starts where these
 * are those of the fields, else in its order. Undefined where that cannot be right: the directory
 * has other tags than there are fields, or a control field would have subfields.
 */
function placesByTerminators(buffer: Buffer, text: string): readonly Place[] | undefined {
  const base = buffer.indexOf(fieldEnd, 24) + 1;
  if (base <= 25) return undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = base; start < buffer.length - 1; ) {
    const end = buffer.indexOf(fieldEnd, start);
    if (end < 0) return undefined;
    starts.push(start);
    ends.push(end);
    start = end + 1;
  }
  const count = starts.length;
  if (base - 25 !== count * entryLength) return placesByWideEntries(text, base, starts, ends);
  const said = starts.map((_, place) => base + number(buffer, 24 + place * entryLength + 7, 5));
  const inOrder = said.every((start, place) => start === starts[place]);
  const known = new Map(starts.map((start, place) => [start, place]));
  const byStart = !inOrder && new Set(said).size === count && said.every((start) => known.has(start));
  const places = said.map((start, place) => {
    const field = byStart ? known.get(start)! : place;
    const entry = 24 + place * entryLength;
    return { tag: text.substring(entry, entry + 3), start: starts[field]!, end: ends[field]! };
  });
  return fit(places, text);
}

/** Some give a number that has no room in the directory a digit more. */
function placesByWideEntries(
  text: string,
  base: number,
  starts: readonly number[],
  ends: readonly number[],
): readonly Place[] | undefined {
  let entry = 24;
  const places = starts.map((start, field) => {
    const end = ends[field]!;
    const tag = text.substring(entry, entry + 3);
    entry += 3 + Math.max(4, String(end + 1 - start).length) + Math.max(5, String(start - base).length);
    return { tag, start, end };
  });
  return entry === base - 1 ? fit(places, text) : undefined;
}

function fit(places: readonly Place[], text: string): readonly Place[] | undefined {
  const fits = ({ tag, start, end }: Place): boolean =>
    isTag(tag) && (isControlTag(tag) ? !text.slice(start, end).includes(delimiter) : end - start >= 2);
  return places.every(fits) ? places : undefined;
}

/** The 001 of a record that may be broken: the first field of the data in nearly all records. */
export function find001InIso2709(bytes: Uint8Array): string | undefined {
  const buffer = asBuffer(bytes);
  const from = buffer.indexOf(fieldEnd) + 1;
  const to = buffer.indexOf(fieldEnd, from);
  const value =
    from > 24 && to > from && buffer.toString('latin1', 24, 27) === '001' ? buffer.toString('latin1', from, to) : '';
  return value !== '' && !value.includes(delimiter) ? value : undefined;
}

function baseAddress(buffer: Buffer): number {
  if (buffer.length < 26) throw new RecordProblem(marcErrors.shape, { reason: `it has only ${buffer.length} bytes` });
  const base = number(buffer, 12, 5);
  if (!(base > 24 && base < buffer.length)) throw wrongDirectory('its leader does not say where the data begin');
  const directory = base - 1 - 24;
  if (buffer[base - 1] !== fieldEnd || directory % entryLength !== 0) {
    throw wrongDirectory(`it takes ${directory} bytes, which is not a number of entries of ${entryLength}`);
  }
  return base;
}

function encodingOf(buffer: Buffer, text: string, warnings: string[], named: string | undefined): Encoding {
  const saysUtf8 = buffer[9] === 0x61;
  if (isAscii(buffer)) {
    const mayEscape = named === 'marc-8' || (named === undefined && !saysUtf8);
    return mayEscape && buffer.includes(0x1b) ? 'marc8' : 'ascii';
  }
  if (named === 'marc-8') return 'marc8';
  if (named === 'utf-8') {
    if (!isUtf8(buffer)) throw notUtf8(buffer);
    return 'utf8';
  }
  if (named !== undefined) return decoderNamed(named);
  if (isUtf8(buffer)) {
    if (saysUtf8) return 'utf8';
    if (buffer.includes(0x1b)) return 'marc8';
    warnings.push('says in its leader that it is MARC-8, but it is UTF-8 and was read as UTF-8');
    return 'utf8';
  }
  const strange = notMarc8At(text);
  if (!saysUtf8) {
    if (strange !== undefined) throw notMarc8(text, strange);
    return 'marc8';
  }
  // Systems that export MARC-8 often set leader/09 all the same; text that makes sense as MARC-8 is
  // that.
  if (strange !== undefined || decodeMarc8(text).problems.length > 0) throw notUtf8(buffer);
  warnings.push('says in its leader that it is UTF-8, but it is not and was read as MARC-8');
  return 'marc8';
}

function notMarc8(text: string, at: number): RecordProblem {
  const from = Math.max(text.lastIndexOf(delimiter, at) + 2, at - 20);
  const to = Math.min(
    ...[delimiter, '\x1e', '\x1d'].map((end) => text.indexOf(end, at)).filter((end) => end >= 0),
    at + 20,
  );
  const sample = decoderNamed('windows-1252').decode(Buffer.from(text.slice(from, to), 'latin1'));
  return new RecordProblem(marcErrors.notMarc8, {
    offset: at + 1,
    byte: `0x${text.charCodeAt(at).toString(16).toUpperCase()}`,
    sample: quote(sample),
  });
}

function parseField(tag: string, text: string, place: number, encoding: Encoding, warnings: string[]): Field {
  if (isControlTag(tag) || tag === 'FMT') return controlField(tag, decoded(text, tag, encoding, warnings));
  if (text.charCodeAt(2) !== 0x1f && text.length !== 2) {
    // Other systems add control fields with lettered tags (FMT is Aleph's, and just two characters
    // long).
    if (tag.charCodeAt(0) > 57 && !text.includes(delimiter))
      return controlField(tag, decoded(text, tag, encoding, warnings));
    const indicator = quote(text.slice(0, Math.max(0, text.indexOf(delimiter))));
    throw new RecordProblem(marcErrors.badIndicator, { indicator, tag, number: place });
  }
  const subfields: Subfield[] = [];
  for (let at = 2; at < text.length; ) {
    const next = text.indexOf(delimiter, at + 1);
    const end = next < 0 ? text.length : next;
    const code = at + 1 < end ? text[at + 1]! : '';
    subfields.push({ code, value: decoded(text.substring(at + 2, end), `${tag}$${code}`, encoding, warnings) });
    at = end;
  }
  return dataField(tag, text[0]!, text[1]!, subfields);
}

function decoded(text: string, place: string, encoding: Encoding, warnings: string[]): string {
  if (encoding !== 'marc8') return text;
  const { text: unicode, problems } = decodeMarc8(text);
  for (const problem of problems) warnings.push(`has in ${place} ${problem} that cannot be decoded`);
  return unicode;
}

function number(buffer: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let place = at; place < at + digits; place += 1) {
    const digit = buffer[place]! - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function wrongDirectory(reason: string): RecordProblem {
  return new RecordProblem(marcErrors.directory, { reason });
}
