import type { Field, MarcRecord } from '../marc/record.ts';

/** Numbers that name one record or work, which a copy is not. */
const ownTags: ReadonlySet<string> = new Set(['001', '003', '005', '035']);

/** What a new record begins with that is made from another one: without what names that one. */
export function derived({ leader, fields }: MarcRecord): MarcRecord {
  return { leader, fields: fields.filter((field) => !ownTags.has(field.tag) && !isDoi(field) && !isOai(field)) };
}

/** 024 7 $2 doi, and what older records have in 773 is that of the host. */
function isDoi({ tag, ind1, subfields }: Field): boolean {
  return (
    tag === '024' && ind1 === '7' && subfields.some(({ code, value }) => code === '2' && /^doi$/i.test(value.trim()))
  );
}

/** Where the record is known under at a repository: 909CO $o. Deletions and merges: 970, 980 $c. */
function isOai({ tag, ind1, ind2, subfields }: Field): boolean {
  if (tag === '970') return true;
  if (tag === '980') return subfields.every(({ code }) => code === 'c');
  return tag === '909' && ind1 === 'C' && ind2 === 'O' && subfields.some(({ code }) => code === 'o');
}
