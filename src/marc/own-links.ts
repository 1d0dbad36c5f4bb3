import { withPlaced } from './content.ts';
import type { Field, MarcRecord } from './record.ts';

/**
 * Links of a record to its own documents: fields 856 with the first indicator 4 whose $u is
 * /record/NUMBER/files/NAME. They are the library's, as 001 and 005 are: who writes a record does
 * not write them.
 */

const anyLink = /^\/record\/\d+\/files\//;

/** Is this, as it stands in $u, a link to a document of a record here? */
export function isDocumentLink(value: string): boolean {
  return anyLink.test(value);
}

/** The fields that a record has for its own documents. */
export function ownLinks(record: MarcRecord, id: number): readonly Field[] {
  return record.fields.filter((field) => isOwnLink(field, id));
}

/** Quick: false for most records, true for all that have some. `stored`: as in the database. */
export function mayHaveOwnLinks(stored: string): boolean {
  return stored.includes('/files/');
}

/**
 * Without them. `exported`: nor those of these links that exports have, behind the address of the
 * library: who replaces a record by what was exported brings them back.
 */
export function withoutOwnLinks(record: MarcRecord, id: number, exported: readonly Field[] = []): MarcRecord {
  const { leader, fields } = record;
  const paths = new Set(exported.map(addressOf));
  const isOne = (field: Field): boolean =>
    isOwnLink(field, id) || (field.tag === '856' && field.ind1 === '4' && paths.has(pathOf(addressOf(field))));
  return fields.some(isOne) ? { leader, fields: fields.filter((field) => !isOne(field)) } : record;
}

export function withOwnLinks(record: MarcRecord, links: readonly Field[]): MarcRecord {
  return links.length === 0 ? record : { leader: record.leader, fields: withPlaced(record.fields, links) };
}

/** For whoever reads the record elsewhere: behind the address of the library. */
export function withWholeLinks(record: MarcRecord, baseUrl: string): MarcRecord {
  const isIn = ({ tag, subfields }: Field): boolean =>
    tag === '856' && subfields.some(({ code, value }) => code === 'u' && isDocumentLink(value));
  if (!record.fields.some(isIn)) return record;
  const whole = (field: Field): Field => ({
    ...field,
    subfields: field.subfields.map(({ code, value }) => ({
      code,
      value: code === 'u' && isDocumentLink(value) ? `${baseUrl}${value}` : value,
    })),
  });
  return { leader: record.leader, fields: record.fields.map((field) => (isIn(field) ? whole(field) : field)) };
}

function isOwnLink(field: Field, id: number): boolean {
  return field.tag === '856' && field.ind1 === '4' && addressOf(field).startsWith(`/record/${id}/files/`);
}

function addressOf({ subfields }: Field): string {
  return subfields.find(({ code }) => code === 'u')?.value ?? '';
}

function pathOf(address: string): string {
  return address.replace(/^https?:\/\/[^/?#]+/i, '');
}
