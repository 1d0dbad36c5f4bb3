import type { Field, MarcRecord } from './record.ts';

/** Of fewer fields each is looked at sooner than a table is made. */
const fewFields = 12;
const none: readonly Field[] = [];

interface Table {
  readonly fields: readonly Field[];
  readonly byTag: ReadonlyMap<string, readonly Field[]>;
}

/**
 * Tables of the two records that were asked last: a record, and the same without what is hidden.
 * Analysis asks each a hundred times for the fields of one tag, and a record may have thousands.
 */
let last: Table | undefined;
let before: Table | undefined;

/** The fields with this tag, in the order of the record. */
export function fieldsWithTag({ fields }: MarcRecord, tag: string): readonly Field[] {
  if (fields.length < fewFields) return fields.filter((field) => field.tag === tag);
  if (last?.fields !== fields) {
    const found = before?.fields === fields ? before : { fields, byTag: tableOf(fields) };
    before = last;
    last = found;
  }
  return last.byTag.get(tag) ?? none;
}

function tableOf(fields: readonly Field[]): ReadonlyMap<string, readonly Field[]> {
  const byTag = new Map<string, Field[]>();
  let tag = '';
  let list: Field[] | undefined;
  for (const field of fields) {
    // Most stand beside those of their tag.
    if (list === undefined || field.tag !== tag) {
      ({ tag } = field);
      list = byTag.get(tag);
      if (list === undefined) {
        list = [];
        byTag.set(tag, list);
      }
    }
    list.push(field);
  }
  return byTag;
}
