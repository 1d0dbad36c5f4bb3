/**
 * MARC 21 in memory: plain data, in loaded order, nothing normalised. Other forms of it are in this
 * folder's readers and writers.
 */

export interface Subfield {
  readonly code: string;
  readonly value: string;
}

/**
 * A control field has a `value` and no subfields; a data field has subfields and `value` is
 * undefined. One shape keeps V8 fast.
 */
export interface Field {
  readonly tag: string;
  /** One character each, blank (" ") when unset. */
  readonly ind1: string;
  readonly ind2: string;
  readonly value: string | undefined;
  readonly subfields: readonly Subfield[];
}

export interface MarcRecord {
  /**
   * 24 characters (others are kept as they came, with a warning), or empty when the source had
   * none.
   */
  readonly leader: string;
  readonly fields: readonly Field[];
}

const none: readonly Subfield[] = [];

export function controlField(tag: string, value: string): Field {
  return { tag, ind1: ' ', ind2: ' ', value, subfields: none };
}

export function dataField(tag: string, ind1: string, ind2: string, subfields: readonly Subfield[]): Field {
  return { tag, ind1, ind2, value: undefined, subfields };
}

/** The value of the first control field with this tag. */
export function controlValue(record: MarcRecord, tag: string): string | undefined {
  for (const field of record.fields) if (field.tag === tag && field.value !== undefined) return field.value;
  return undefined;
}
