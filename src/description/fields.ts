import { fieldsWithTag } from '../marc/fields-by-tag.ts';
import type { Field, MarcRecord } from '../marc/record.ts';

/**
 * Data fields with this tag, and with these indicators when they are given ("_" or " " is blank).
 */
export function dataFields(record: MarcRecord, tag: string, indicators?: string): readonly Field[] {
  const tagged = fieldsWithTag(record, tag);
  if (tagged.length === 0) return tagged;
  const wanted = indicators?.replaceAll('_', ' ');
  return tagged.filter(
    (field) => field.value === undefined && (wanted === undefined || field.ind1 + field.ind2 === wanted),
  );
}

/** The first value of a subfield, trimmed; undefined when it is missing or blank. */
export function subfield(field: Field | undefined, code: string): string | undefined {
  if (field === undefined) return undefined;
  for (const one of field.subfields) {
    if (one.code === code && one.value.trim() !== '') return one.value.trim();
  }
  return undefined;
}

/** All values of these subfields in the order in which they stand. */
export function subfields(field: Field, codes: string): readonly string[] {
  const found: string[] = [];
  addSubfields(found, field, codes);
  return found;
}

// Loops, since an export asks for some hundred values of each record.
function addSubfields(found: string[], field: Field, codes: string): void {
  for (const one of field.subfields) {
    if (!codes.includes(one.code)) continue;
    const value = one.value.trim();
    if (value !== '') found.push(value);
  }
}

/** All values of some subfields of all fields with this tag. */
export function values(record: MarcRecord, tag: string, codes: string, indicators?: string): readonly string[] {
  const fields = dataFields(record, tag, indicators);
  if (fields.length === 0) return nothing;
  const found: string[] = [];
  for (const field of fields) addSubfields(found, field, codes);
  return found;
}

const nothing: readonly string[] = [];

export function firstValue(record: MarcRecord, tag: string, code: string, indicators?: string): string | undefined {
  for (const field of dataFields(record, tag, indicators)) {
    const value = subfield(field, code);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What is read of a statement: far more than any catalogue writes. */
const longestStatement = 1000;

/**
 * The beginning of a text for an expression that looks for words in it, with one blank where there
 * are more: no record may make it try for minutes.
 */
export function beginningOf(text: string): string {
  return text.slice(0, longestStatement).replace(/\s+/g, ' ').trim();
}

export function distinct<T>(list: readonly T[]): readonly T[] {
  return list.length < 2 ? list : [...new Set(list)];
}
