import { type ErrorKind, UserError } from '../errors/errors.ts';
import { asBuffer, decodeUtf8, firstNotUtf8 } from './bytes.ts';
import { marcErrors } from './errors.ts';
import type { Reason } from './raw.ts';

/**
 * Thrown by parsers that know what is wrong but not where in the input their record stands;
 * `parse-raw.ts` adds that.
 */
export class RecordProblem extends Error {
  readonly kind: ErrorKind;
  readonly values: Readonly<Record<string, string | number>>;
  constructor(kind: ErrorKind, values: Readonly<Record<string, string | number>> = {}) {
    super(kind.message);
    this.kind = kind;
    this.values = values;
  }
}

/** "Record 5 (001 abc)": how messages name a record of the input. */
export function recordLabel(position: number, control001: string | undefined): string {
  const known = control001?.trim();
  return known ? `Record ${position} (001 ${shorten(known)})` : `Record ${position}`;
}

/** The reason as plain data, for reports that cross threads. */
export function reasonFor(problem: RecordProblem, position: number, control001: string | undefined): Reason {
  const error = new UserError(problem.kind, { ...problem.values, record: recordLabel(position, control001) });
  return { code: error.code, message: error.message, hint: error.hint };
}

/**
 * A piece of somebody's input as it may stand in a message: quoted, short, control characters shown
 * as escapes. A backslash, which text MARC writes for a blank, stays one.
 */
export function quote(text: string): string {
  return JSON.stringify(shorten(text)).replaceAll('\\\\', '\\');
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The text of bytes that must be UTF-8; throws RecordProblem naming the first byte that is not. */
export function requireUtf8(bytes: Uint8Array): string {
  const buffer = asBuffer(bytes);
  const text = decodeUtf8(buffer);
  if (text === undefined) throw notUtf8(buffer);
  return text;
}

/** Names the first byte that is not UTF-8, and what stands before it. */
export function notUtf8(buffer: Buffer): RecordProblem {
  const at = firstNotUtf8(buffer) ?? 0;
  const before = buffer.toString('utf8', Math.max(0, at - 20), at).replace(/^\ufffd+/, '');
  const byte = at < buffer.length ? buffer[at]!.toString(16).toUpperCase().padStart(2, '0') : '';
  return new RecordProblem(marcErrors.utf8, { offset: at + 1, byte: `0x${byte}`, before: quote(before) });
}
