import { isbnsIn } from '../../identifiers/isbn.ts';
import { dataField, type Subfield } from '../../marc/record.ts';
import type { Site } from '../../site/site.ts';
import { compileKeys } from './keys.ts';

/**
 * Words of a printed reference that may stand before the name of its journal: authors and a title.
 */
const mostWords = 40;
/**
 * With the address that it ends. Here and below every part that may be followed by more has a
 * length, so that a beginning without an end costs the same in any text, and a long question what
 * its length costs.
 */
export const doi = /(?:https?:\/\/\S{0,100}?doi\S{0,100}?\/)?\b10\.\d{4,9}(?:\.\d{1,9}){0,5}\/[^\s,;]+/gi;
/** "hep-th/9611127", "arXiv:0705.1234v2", "CERN-TH-2001-131". */
export const report =
  /\b(?:[a-z-]{1,20}(?:\.[a-z]{2})?\/\d{7}|\d{4}\.\d{4,5}(?:v\d{1,3})?|[A-Z][A-Za-z]{0,29}(?:-[A-Za-z0-9]{1,30}){0,9}-\d{1,20})\b/g;

/**
 * The keys that a reference as printed, "J. Ellis et al., Phys. Lett. B 151 (1985) 357,
 * CERN-TH-4036", may mean. Where the name of the journal begins nobody can tell, so it is tried
 * with each word: what is no journal is no record's key.
 */
export function compileRawReference(site: Site): (text: string) => readonly number[] {
  const keysOf = compileKeys(site);
  return (text) => {
    const subfields: Subfield[] = [
      ...matches(text, doi, 'a'),
      ...matches(text.replace(doi, ' '), report, 'r'),
      ...isbnsIn(text).map(({ digits }) => ({ code: 'i', value: digits })),
    ];
    const words = text.split(/\s+/).slice(0, mostWords);
    const journals = words.map((_, from) => journalField(words.slice(from).join(' ')));
    return keysOf({ leader: '', fields: [dataField('999', 'C', '5', subfields), ...journals] }).references;
  };
}

function matches(text: string, pattern: RegExp, code: string): readonly Subfield[] {
  return (text.match(pattern) ?? []).map((value) => ({ code, value }));
}

function journalField(value: string) {
  return dataField('999', 'C', '5', [{ code: 's', value }]);
}
