import { isAscii, isUtf8 } from 'node:buffer';
import { asBuffer, firstNotUtf8 } from '../bytes.ts';
import { marcErrors } from '../errors.ts';
import { decodeMarc8 } from '../marc8/decode.ts';
import { quote, RecordProblem } from '../problem.ts';
import type { ParsedRecord } from '../raw.ts';
import { controlField, dataField, type Field, type Subfield } from '../record.ts';
import { isControlTag } from '../validate.ts';
import { saidLength } from './iso2709-split.ts';

const fieldEnd = 0x1e;
const delimiter = '\x1f';
const entryLength = 12;

/** How the values are encoded: all ASCII and UTF-8 need no tables. */
type Encoding = 'ascii' | 'utf8' | 'marc8';

/**
 * One record from its leader to its terminator. The directory is checked against the data: each
 * field must be framed by field terminators and none may be left out. UTF-8 when leader/09 is "a"
 * or the bytes are; else MARC-8. Throws RecordProblem.
 */
export function parseIso2709Record(bytes: Uint8Array): ParsedRecord {
  const buffer = asBuffer(bytes);
  const warnings: string[] = [];
  const base = baseAddress(buffer);
  if (saidLength(buffer, 0) !== buffer.length) {
    warnings.push(
      `says in its leader that it has ${quote(buffer.toString('latin1', 0, 5))} bytes, it has ${buffer.length}`,
    );
  }
  const encoding = encodingOf(buffer, warnings);
  const text = buffer.toString('latin1');
  const fields: Field[] = [];
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
    const value = encoding === 'utf8' ? buffer.toString('utf8', start, end) : text.substring(start, end);
    fields.push(parseField(tag, value, fields.length + 1, encoding, warnings));
  }
  if (framed !== buffer.length - 1)
    throw wrongDirectory(`its fields take ${framed - base} bytes, the data has ${buffer.length - 1 - base}`);
  return { record: { leader: text.substring(0, 24), fields }, warnings };
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

function encodingOf(buffer: Buffer, warnings: string[]): Encoding {
  const saysUtf8 = buffer[9] === 0x61;
  if (isAscii(buffer)) return saysUtf8 || !buffer.includes(0x1b) ? 'ascii' : 'marc8';
  if (isUtf8(buffer)) {
    if (saysUtf8) return 'utf8';
    if (buffer.includes(0x1b)) return 'marc8';
    warnings.push('says in its leader that it is MARC-8; it is UTF-8 and was read so');
    return 'utf8';
  }
  if (!saysUtf8) return 'marc8';
  // Systems that export MARC-8 often set leader/09 all the same; text that makes sense as MARC-8 is
  // that.
  if (decodeMarc8(buffer.toString('latin1')).problems.length > 0) {
    throw new RecordProblem(marcErrors.utf8, { offset: (firstNotUtf8(buffer) ?? 0) + 1 });
  }
  warnings.push('says in its leader that it is UTF-8; it is not, and was read as MARC-8');
  return 'marc8';
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
  for (const problem of problems) warnings.push(`holds in ${place} ${problem} that cannot be decoded`);
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
