import { withoutIsbd } from '../marc/isbd.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { distinct, subfields } from './fields.ts';
import { nameKind, nameOf } from './names.ts';

/** Between the parts of a heading, on pages and in questions. */
export const headingSeparator = ' – ';

const subjectTags = new Set(['600', '610', '611', '630', '647', '648', '650', '651', '655', '662']);

export function isSubject(tag: string): boolean {
  return subjectTags.has(tag);
}

/**
 * A subject heading as one line: "Boats – History – 20th century", "Austen, Jane, 1775-1817 –
 * Criticism". What pages show and link, what facets and the index have: from here alone.
 */
export function headingOf(field: Field): string {
  const kind = nameKind(field.tag);
  const name = kind === undefined ? [] : [nameOf(field, kind), ...(kind === 'person' ? subfields(field, 'd') : [])];
  const own =
    kind === undefined
      ? subfields(field, 'abcd')
      : [
          name
            .map(withoutIsbd)
            .filter((one) => one !== '')
            .join(', '),
        ];
  const parts = [...own, ...subfields(field, 'tvxyz')].map(withoutIsbd);
  return withoutIsbd(distinct(parts.filter((one) => one !== '')).join(headingSeparator));
}

/** Of all subject fields, in the order of the record, each once. */
export function subjects(record: MarcRecord): readonly string[] {
  const found = record.fields.filter(({ tag, value }) => value === undefined && subjectTags.has(tag)).map(headingOf);
  return distinct(found.filter((one) => one !== ''));
}
