import { arxivOf } from '../identifiers/arxiv.ts';
import { doiIn } from '../identifiers/doi.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { dataFields, subfield, subfields } from './fields.ts';
import { hostOf } from './web-address.ts';

export interface Reference {
  /** As printed: "[12]"; undefined when it goes on with the one before. */
  readonly label: string | undefined;
  readonly text: string;
  readonly reportNumber: string | undefined;
  readonly journal: string | undefined;
  readonly doi: string | undefined;
  readonly arxiv: string | undefined;
  readonly url: string | undefined;
}

/**
 * What the work cites: 999C5 ($o label, $m and $h text, $t title, $r report number, $s journal, $a
 * DOI, $u address). A field with a label alone stands for the fields after it, so its label goes to
 * the first of them.
 */
export function references(record: MarcRecord): readonly Reference[] {
  const list: Reference[] = [];
  let pending: string | undefined;
  for (const field of dataFields(record, '999', 'C5')) {
    const one = reference(field);
    const empty =
      one.text === '' && one.journal === undefined && one.reportNumber === undefined && one.doi === undefined;
    if (empty && one.url === undefined) {
      if (one.label !== undefined) pending = one.label;
      continue;
    }
    list.push(one.label === undefined ? { ...one, label: pending } : one);
    pending = undefined;
  }
  return list;
}

function reference(field: Field): Reference {
  const reportNumber = subfield(field, 'r');
  const doi = subfields(field, 'a')
    .map(doiIn)
    .find((value) => value !== undefined);
  return {
    label: subfield(field, 'o'),
    text: subfields(field, 'hmtx').join('. ').replace(/[,;]$/, ''),
    reportNumber,
    journal: subfield(field, 's'),
    doi,
    arxiv: reportNumber === undefined ? undefined : arxivOf(reportNumber),
    url: subfields(field, 'u').find((value) => /^https?:\/\//i.test(value) && hostOf(value) !== undefined),
  };
}
