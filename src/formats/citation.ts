import { nameParts } from '../description/names.ts';
import { describeWork, type Work } from '../description/work.ts';
import { citationStyleWriters } from './citation-styles.ts';
import { type ExportFormat, none, recordAddress } from './export-format.ts';
import { partsOf } from './parts.ts';

export type CitationStyle = keyof typeof citationStyleWriters;

export const citationStyles: readonly { readonly style: CitationStyle; readonly name: string }[] = [
  { style: 'apa', name: 'APA' },
  { style: 'mla', name: 'MLA' },
  { style: 'chicago', name: 'Chicago' },
  { style: 'harvard', name: 'Harvard' },
  { style: 'ieee', name: 'IEEE' },
  { style: 'nature', name: 'Nature' },
  { style: 'vancouver', name: 'Vancouver' },
  { style: 'physics', name: 'Physics' },
];

/** How to cite a work, as one line of text. `address` is at its end if there is no DOI. */
export function citationText(work: Work, style: CitationStyle, address: string): string {
  const parts = partsOf(work);
  const writers = parts.authors.length > 0 ? parts.authors : parts.editors;
  return citationStyleWriters[style]({
    type: work.type,
    people: writers.filter((one) => one.kind === 'person').map((one) => nameParts(one.name)),
    group: work.collaborations[0] ?? writers.find((one) => one.kind !== 'person')?.name,
    title: parts.title,
    year: parts.year,
    published: work.publications[0],
    pages: parts.lastPage === undefined ? parts.firstPage : `${parts.firstPage ?? ''}–${parts.lastPage}`,
    isRange: parts.lastPage !== undefined,
    publisher: parts.publisher,
    place: work.imprint.place,
    edition: ordinalEdition(work.edition),
    degree: work.thesis?.degree,
    number: parts.arxiv === undefined ? parts.reports[0] : `arXiv:${parts.arxiv}`,
    doi: parts.doi,
    end: work.identifiers.find((one) => one.kind === 'doi')?.url ?? address,
  })
    .replace(/([.?!])\.(?=\s|$)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * "2nd ed." as "2nd"; undefined for a first edition, which nobody states, and for words without a
 * number.
 */
function ordinalEdition(text: string | undefined): string | undefined {
  const ordinal = /\d+\s*(?:st|nd|rd|th|\.|e|ème|a|ª)?(?=\s|$|[\s.]*ed)/iu.exec(text ?? '')?.[0].trim();
  return ordinal === undefined || /^1\D*$/.test(ordinal) ? undefined : ordinal.replace(/\.$/, '');
}

/** Each style is a format too: one citation a line. */
export const citationFormats: readonly ExportFormat[] = citationStyles.map(({ style, name }) => ({
  code: style,
  aliases: [],
  name,
  doc: `a citation in the style ${name}, one per line`,
  group: 'citation',
  contentType: 'text/plain; charset=utf-8',
  mediaTypes: [],
  extension: 'txt',
  marcPaths: false,
  head: none,
  item: (item, context) =>
    `${citationText(describeWork(item.record), style, recordAddress(context.baseUrl, item.id))}\n`,
  between: '',
  foot: none,
}));
