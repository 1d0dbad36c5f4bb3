import { compilePath, type MarcPath } from '../path.ts';
import type { Field, MarcRecord, Subfield } from '../record.ts';

export interface TextMarcOptions {
  /**
   * The record's number, written in nine digits before each line; without it lines begin with the
   * tag.
   */
  readonly id?: number | undefined;
  /**
   * MARC paths to write (the argument `ot`); empty writes all. A path that says a subfield code
   * gives bare values, one a line; a shorter one gives whole lines.
   */
  readonly only?: readonly string[] | undefined;
}

/**
 * Text MARC as Invenio writes it: "000000001 245__ $$aTitle$$bRest", blank indicators as "_",
 * fields sorted by tag (record order within a tag), subfields by code. It holds one line for each
 * field: line breaks in values become blanks; the leader is left out. `toCompleteTextMarc` loses
 * nothing.
 */
export function toTextMarc(record: MarcRecord, options: TextMarcOptions = {}): string {
  const number = options.id === undefined ? '' : `${String(options.id).padStart(9, '0')} `;
  const only = options.only ?? [];
  if (only.length === 0) return linesOf(record.fields, number);
  return only.map((path) => selected(record, compilePath(path), number)).join('');
}

function selected(record: MarcRecord, path: MarcPath, number: string): string {
  if (namesSubfield(path.text))
    return path
      .values(record)
      .map((value) => `${oneLine(value)}\n`)
      .join('');
  const fields = new Set<Field>();
  path.forEach(record, (_, field) => fields.add(field));
  return linesOf([...fields], number);
}

function namesSubfield(path: string): boolean {
  return path.length >= 6 && path[5] !== '%' && path[5] !== '*';
}

function linesOf(fields: readonly Field[], number: string): string {
  return [...fields]
    .sort((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0))
    .map((field) => `${number}${lineOf({ ...field, subfields: [...field.subfields].sort(byCode) })}\n`)
    .join('');
}

/** "245__ $$aTitle": the subfields in their order, line breaks in values as blanks. */
export function lineOf(field: Field): string {
  const head = `${field.tag}${shownIndicator(field.ind1)}${shownIndicator(field.ind2)} `;
  if (field.value !== undefined) return head + oneLine(field.value);
  return head + field.subfields.map(({ code, value }) => `$$${code}${oneLine(value)}`).join('');
}

function byCode(a: Subfield, b: Subfield): number {
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}

function shownIndicator(indicator: string): string {
  return indicator === ' ' ? '_' : indicator;
}

function oneLine(text: string): string {
  return text.replace(/\r\n|[\r\n]/g, ' ');
}
