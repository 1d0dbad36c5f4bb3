import { fieldsWithTag } from '../marc/fields-by-tag.ts';
import { controlValue, type MarcRecord } from '../marc/record.ts';
import { dataFields, distinct, subfields } from './fields.ts';
import { oncePerRecord } from './once.ts';

/** Codes that say that nothing is said. */
const unsaid = new Set(['und', 'zxx', 'mis', 'xxx', '|||', '   ']);

/**
 * The languages of the text (041 $a; of sung or spoken text $d), else that of the fixed field, as
 * coded, usually three letters. Old records write several in one: "engfre".
 */
export const languagesOf = oncePerRecord(readLanguages);

function readLanguages(record: MarcRecord): readonly string[] {
  const fixed = controlValue(record, '008')?.slice(35, 38) ?? '';
  const ofFixed = /^[a-z]{3}$/.test(fixed) && !unsaid.has(fixed) ? [fixed] : [];
  if (fieldsWithTag(record, '041').length === 0) return ofFixed;
  const coded = dataFields(record, '041')
    .flatMap((field) => subfields(field, 'ad'))
    .flatMap((value) => (/^([a-z]{3}){2,}$/.test(value) ? value.match(/.{3}/g)! : [value]))
    .filter((code) => !unsaid.has(code));
  return coded.length > 0 ? distinct(coded) : ofFixed;
}
