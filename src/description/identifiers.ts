import type { MarcRecord } from '../marc/record.ts';
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

const arxivOld = /^(?:arXiv:)?([a-z-]+(?:\.[A-Z]{2})?\/\d{7})(?:v\d+)?$/i;
const arxivNew = /^(?:arXiv:)?(\d{4}\.\d{4,5})(?:v\d+)?$/i;

/** The number by which arXiv knows a report, or undefined. */
export function arxivNumber(value: string): string | undefined {
  return arxivNew.exec(value)?.[1] ?? arxivOld.exec(value)?.[1];
}

export function doiOf(value: string): string | undefined {
  return /^(?:doi:\s*|https?:\/\/(?:dx\.)?doi\.org\/)?(10\.\d{4,9}\/\S+)$/i.exec(value.trim())?.[1];
}

/** Everything by which the work is known outside, without repetition. */
export function identifiers(record: MarcRecord): readonly Identifier[] {
  const found: Identifier[] = [];
  for (const field of dataFields(record, '024')) {
    const value = subfield(field, 'a');
    if (value !== undefined) found.push(standardNumber(subfield(field, '2') ?? '', value));
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
    const arxiv = arxivNumber(value);
    if (arxiv === undefined) found.push({ kind: 'report', scheme: '', value, url: undefined });
    else found.push({ kind: 'arxiv', scheme: 'arXiv', value: arxiv, url: `https://arxiv.org/abs/${arxiv}` });
  }
  for (const value of subfieldValues(record, '020', 'a')) {
    found.push({ kind: 'isbn', scheme: 'ISBN', value: value.replace(/[:(].*$/u, '').trimEnd(), url: undefined });
  }
  for (const value of subfieldValues(record, '022', 'a'))
    found.push({ kind: 'issn', scheme: 'ISSN', value, url: undefined });
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
  const doi = name === 'doi' || name === '' ? doiOf(value) : undefined;
  if (doi !== undefined)
    return { kind: 'doi', scheme: 'DOI', value: doi, url: `https://doi.org/${encodedAddress(doi)}` };
  if (name === 'arxiv') {
    const number = arxivNumber(value) ?? value;
    return { kind: 'arxiv', scheme: 'arXiv', value: number, url: `https://arxiv.org/abs/${encodedAddress(number)}` };
  }
  if (name === 'hdl' || name === 'handle') {
    return { kind: 'handle', scheme: 'Handle', value, url: `https://hdl.handle.net/${encodedAddress(value)}` };
  }
  if (name === 'urn')
    return { kind: 'urn', scheme: 'URN', value, url: `https://nbn-resolving.org/${encodedAddress(value)}` };
  if (name === 'issn') return { kind: 'issn', scheme: 'ISSN', value, url: undefined };
  if (name === 'isbn') return { kind: 'isbn', scheme: 'ISBN', value, url: undefined };
  return { kind: 'other', scheme, value, url: undefined };
}
