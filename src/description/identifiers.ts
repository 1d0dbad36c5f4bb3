import { arxivOf } from '../identifiers/arxiv.ts';
import { bareDoi, doiOf } from '../identifiers/doi.ts';
import { isbnsIn } from '../identifiers/isbn.ts';
import { issnOf } from '../identifiers/issn.ts';
import type { MarcRecord } from '../marc/record.ts';
import { isUnimarc } from '../marc/unimarc.ts';
import { dataFields, distinct, subfield, subfields } from './fields.ts';
import { encodedAddress } from './web-address.ts';

export interface Identifier {
  readonly kind: 'doi' | 'arxiv' | 'handle' | 'urn' | 'isbn' | 'issn' | 'report' | 'other';
  /** What the catalogue calls its source, as "DOI", "ISBN", "WOS". */
  readonly scheme: string;
  readonly value: string;
  /** Where it resolves; undefined when nobody resolves it. */
  readonly url: string | undefined;
}

/** Of 024, by its first indicator. */
const schemes: Readonly<Record<string, string>> = { 0: 'ISRC', 1: 'UPC', 2: 'ISMN', 3: 'EAN', 4: 'SICI' };

/** Everything by which the work is known outside, without repetition. */
export function identifiers(record: MarcRecord): readonly Identifier[] {
  const found: Identifier[] = [];
  for (const field of dataFields(record, '024')) {
    const value = subfield(field, 'a');
    const scheme = subfield(field, '2') ?? schemes[field.ind1] ?? '';
    // The number on a book's cover is its ISBN.
    if (value !== undefined)
      found.push(standardNumber(scheme === 'EAN' && isbnsIn(value).length > 0 ? 'ISBN' : scheme, value));
  }
  for (const value of subfieldValues(record, '909', 'a', 'C4')) {
    const doi = doiOf(value);
    if (doi !== undefined) found.push(standardNumber('DOI', doi));
  }
  for (const value of [
    ...subfieldValues(record, '037', 'a'),
    ...subfieldValues(record, '088', 'a'),
    ...subfieldValues(record, '909', 'r', 'C0'),
  ]) {
    const arxiv = arxivOf(value);
    if (arxiv === undefined) found.push({ kind: 'report', scheme: '', value, url: undefined });
    else found.push({ kind: 'arxiv', scheme: 'arXiv', value: arxiv, url: `https://arxiv.org/abs/${arxiv}` });
  }
  // In UNIMARC 020 and 022 are numbers of national bibliographies and governments: $a is a country.
  if (!isUnimarc(record)) {
    for (const value of subfieldValues(record, '020', 'a')) found.push(...isbns(value));
    for (const value of subfieldValues(record, '022', 'a')) found.push(issn(value));
  }
  const seen = new Set<string>();
  return found.filter((one) => {
    const key = `${one.kind} ${one.value.toLowerCase()}`;
    return !seen.has(key) && seen.add(key);
  });
}

function subfieldValues(record: MarcRecord, tag: string, code: string, indicators?: string): readonly string[] {
  return distinct(dataFields(record, tag, indicators).flatMap((field) => subfields(field, code)));
}

function standardNumber(scheme: string, value: string): Identifier {
  const name = scheme.toLowerCase();
  const doi = name === 'doi' ? bareDoi(value) : name === '' ? doiOf(value) : undefined;
  if (doi !== undefined)
    return { kind: 'doi', scheme: 'DOI', value: doi, url: `https://doi.org/${encodedAddress(doi)}` };
  if (name === 'arxiv') {
    const number = arxivOf(value) ?? value;
    return { kind: 'arxiv', scheme: 'arXiv', value: number, url: `https://arxiv.org/abs/${encodedAddress(number)}` };
  }
  if (name === 'hdl' || name === 'handle') {
    return { kind: 'handle', scheme: 'Handle', value, url: `https://hdl.handle.net/${encodedAddress(value)}` };
  }
  if (name === 'urn')
    return { kind: 'urn', scheme: 'URN', value, url: `https://nbn-resolving.org/${encodedAddress(value)}` };
  if (name === 'issn') return issn(value);
  if (name === 'isbn') return isbns(value)[0]!;
  return { kind: 'other', scheme, value, url: undefined };
}

/** As they are written, without the binding and the price that may stand behind. */
function isbns(text: string): readonly Identifier[] {
  const written = isbnsIn(text).map((one) => one.written);
  const values = written.length > 0 ? written : [text.replace(/[:(].*$/u, '').trimEnd()];
  return values.map((value) => ({ kind: 'isbn', scheme: 'ISBN', value, url: undefined }));
}

function issn(text: string): Identifier {
  return { kind: 'issn', scheme: 'ISSN', value: issnOf(text) ?? text, url: undefined };
}
