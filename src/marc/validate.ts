import { marcErrors } from './errors.ts';
import { quote, RecordProblem } from './problem.ts';
import type { Field, MarcRecord } from './record.ts';

/**
 * What makes a record refusable, or undefined for a record that all of Reperio can hold: at least
 * one field; tags of three letters or digits; indicators and subfield codes of one printable ASCII
 * character (0x20-0x7E, a code not blank); numeric tags 001-009 as control fields and all other
 * numeric ones as data fields (lettered tags, as Aleph's FMT, may be either).
 */
export function recordProblem(record: MarcRecord): RecordProblem | undefined {
  const fields = record.fields;
  if (fields.length === 0) return new RecordProblem(marcErrors.noFields);
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at]!;
    const problem = fieldProblem(field, at + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `number`: which field of the record it is, from 1. */
export function fieldProblem(field: Field, number: number): RecordProblem | undefined {
  const { tag, value, subfields } = field;
  if (!isTag(tag)) return new RecordProblem(marcErrors.badTag, { tag: quote(tag), number });
  if (isNumeric(tag) && isControlTag(tag) !== (value !== undefined)) {
    const control = 'a control field with a value only';
    const data = 'a data field with indicators and subfields';
    const values = value !== undefined ? { is: control, should: data } : { is: data, should: control };
    return new RecordProblem(marcErrors.wrongKind, { tag, number, ...values });
  }
  if (value !== undefined) return undefined;
  if (!isIndicator(field.ind1) || !isIndicator(field.ind2)) {
    const indicator = quote(isIndicator(field.ind1) ? field.ind2 : field.ind1);
    return new RecordProblem(marcErrors.badIndicator, { tag, number, indicator });
  }
  for (let at = 0; at < subfields.length; at += 1) {
    const { code } = subfields[at]!;
    if (!isCode(code)) return new RecordProblem(marcErrors.badCode, { tag, number, subfield: quote(code) });
  }
  return undefined;
}

/** Does this tag stand for a control field in formats that do not say so? */
export function isControlTag(tag: string): boolean {
  return tag.charCodeAt(0) === 48 && tag.charCodeAt(1) === 48;
}

export function isTag(tag: string): boolean {
  return (
    tag.length === 3 &&
    isAlphanumeric(tag.charCodeAt(0)) &&
    isAlphanumeric(tag.charCodeAt(1)) &&
    isAlphanumeric(tag.charCodeAt(2))
  );
}

function isIndicator(text: string): boolean {
  const char = text.charCodeAt(0);
  return text.length === 1 && char >= 0x20 && char <= 0x7e;
}

function isCode(text: string): boolean {
  const char = text.charCodeAt(0);
  return text.length === 1 && char > 0x20 && char <= 0x7e;
}

function isNumeric(tag: string): boolean {
  return tag.charCodeAt(0) <= 57 && tag.charCodeAt(1) <= 57 && tag.charCodeAt(2) <= 57;
}

function isAlphanumeric(char: number): boolean {
  return (char >= 48 && char <= 57) || (char >= 65 && char <= 90) || (char >= 97 && char <= 122);
}
