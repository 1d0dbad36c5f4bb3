import { noteTexts } from '../description/notes.ts';
import { references } from '../description/references.ts';
import { describeWork } from '../description/work.ts';
import { type ExportFormat, recordAddress } from './export-format.ts';
import type { ExportItem } from './item.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * The record as programs read it: what the record says in words, whatever MARC fields say it. Keys
 * without a value are left out. Given
 * `keys`, only those, in the order asked for.
 */
export function jsonRecord(
  item: ExportItem,
  address: string,
  keys: readonly string[] = [],
): { readonly [key: string]: Json | undefined } {
  if (keys.length === 1 && keys[0] === 'recid') return { recid: item.id };
  const work = describeWork(item.record);
  const all: { readonly [key: string]: Json | undefined } = {
    recid: item.id,
    url: address,
    creation_date: item.created.toISOString(),
    modification_date: item.modified.toISOString(),
    title: work.title === '' ? undefined : { title: work.title },
    other_titles: some(work.otherTitles),
    authors: some(
      work.contributors.map((one) => ({
        full_name: one.name,
        kind: one.kind,
        role: one.role,
        affiliation: some(one.affiliations),
        orcid: one.orcid,
      })),
    ),
    number_of_authors: work.contributors.filter((one) => one.kind === 'person').length,
    corporate_name: some(work.collaborations.map((collaboration) => ({ collaboration }))),
    date: work.date,
    type: work.type,
    collection: some(work.kinds.map((primary) => ({ primary }))),
    abstract: some(work.abstracts.map((summary) => ({ summary }))),
    publication_info: some(work.publications.map((one) => ({ ...one, title: one.journal, journal: undefined }))),
    imprint: some(
      [work.imprint].filter((one) => one.place !== undefined || one.publisher !== undefined).map((one) => ({ ...one })),
    ),
    thesis: work.thesis === undefined ? undefined : { ...work.thesis },
    series: some(work.series),
    edition: work.edition,
    physical_description: work.extent,
    doi: work.identifiers.find((one) => one.kind === 'doi')?.value,
    identifiers: some(
      work.identifiers.map((one) => ({
        kind: one.kind,
        scheme: one.scheme || undefined,
        value: one.value,
        url: one.url,
      })),
    ),
    subject: some(work.subjects.map((term) => ({ term }))),
    keywords: some(work.keywords.map((term) => ({ term }))),
    language: some(work.languages),
    comment: some(noteTexts(work.notes)),
    url_links: some(work.links.map(({ text, url, ...more }) => ({ url: url ?? text, ...more }))),
    holdings: some(
      work.holdings.copies.map((copy) => ({
        place: some(copy.places),
        shelf_mark: copy.shelfMark,
        copy: copy.copy,
        notes: some(copy.notes),
      })),
    ),
    call_numbers: some(work.holdings.callNumbers),
    license: some(work.licences.map((one) => ({ ...one }))),
    reference: some(references(item.record).map((one) => ({ ...one }))),
  };
  const wanted = keys.length === 0 ? Object.keys(all) : keys;
  return Object.fromEntries(
    wanted.filter((key) => Object.hasOwn(all, key) && all[key] !== undefined).map((key) => [key, all[key]]),
  );
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/**
 * JSON on one line with a blank after ":" and ",", as scripts that compare text know it from
 * Invenio.
 */
export function jsonLine(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(jsonLine).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return `{${entries.map(([key, part]) => `${JSON.stringify(key)}: ${jsonLine(part)}`).join(', ')}}`;
  }
  return JSON.stringify(value ?? null);
}

export const jsonFormat: ExportFormat = {
  code: 'js',
  aliases: ['json'],
  name: 'JSON',
  doc: 'JSON: the content of the record, as in [the API](api.md)',
  group: 'data',
  contentType: 'application/json; charset=utf-8',
  mediaTypes: ['application/json'],
  extension: 'json',
  marcPaths: false,
  head: () => '[',
  item: (item, context) => JSON.stringify(jsonRecord(item, recordAddress(context.baseUrl, item.id), context.only)),
  between: ',\n',
  foot: () => ']\n',
};
