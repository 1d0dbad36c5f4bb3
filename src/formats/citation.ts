import { type NameParts, nameParts } from '../description/names.ts';
import { describeWork, type Work } from '../description/work.ts';
import { citationStyleWriters } from './citation-styles.ts';
import { type ExportFormat, none, recordAddress } from './export-format.ts';
import { partsOf, type WorkParts } from './parts.ts';

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

/** A piece of a citation. */
export interface CitationRun {
  readonly text: string;
  readonly italic: boolean;
}

/** How to cite a work, as one line of text. `address` stands at its end when there is no DOI. */
export function citationText(work: Work, style: CitationStyle, address: string): string {
  return citationRuns(work, style, address)
    .map(({ text }) => text)
    .join('');
}

/** The same in pieces, with what the style has in italics. */
export function citationRuns(work: Work, style: CitationStyle, address: string): readonly CitationRun[] {
  const line = writtenCitation(work, style, address);
  return line
    .split(marks)
    .map((text, i) => ({ text, italic: i % 2 === 1 }))
    .filter(({ text }) => text !== '');
}

/**
 * Around what is in italics while a citation is put together, so that a style need not know of
 * them: private characters, which no text of ours has. Final marks stand outside, since styles look
 * for them.
 */
const mark = '\u{f8fe0}';
const marks = /\u{f8fe0}/u;

function italics(text: string): string {
  const [, inner = '', end = ''] = /^(.*?)([.?!]*)$/s.exec(text.replaceAll(mark, '')) ?? [];
  return inner === '' ? text : `${mark}${inner}${mark}${end}`;
}

const asItIs = (text: string): string => text;

interface Italics {
  readonly journal: boolean;
  readonly volume: boolean;
  /** Of a book or proceedings; of whatever was not published in a journal; never. */
  readonly title: 'whole' | 'unpublished' | 'never';
}

const plain: Italics = { journal: false, volume: false, title: 'never' };
const usual: Italics = { journal: true, volume: false, title: 'whole' };

/** By the manuals of the styles (citation-styles.ts). */
const italicsOf: Readonly<Record<CitationStyle, Italics>> = {
  apa: { journal: true, volume: true, title: 'unpublished' },
  mla: usual,
  chicago: usual,
  harvard: { ...usual, title: 'unpublished' },
  ieee: usual,
  nature: usual,
  vancouver: plain,
  physics: plain,
};

interface Cited {
  readonly parts: WorkParts;
  readonly people: readonly NameParts[];
  readonly group: string | undefined;
}

/** What all styles have in common: a page has all of them. */
const citedKnown = new WeakMap<Work, Cited>();

function citedOf(work: Work): Cited {
  let cited = citedKnown.get(work);
  if (cited === undefined) {
    const parts = partsOf(work);
    const writers = parts.authors.length > 0 ? parts.authors : parts.editors;
    const people = writers.filter((one) => one.kind === 'person').map((one) => nameParts(one.name));
    const group = work.collaborations[0] ?? writers.find((one) => one.kind !== 'person')?.name;
    cited = { parts, people, group };
    citedKnown.set(work, cited);
  }
  return cited;
}

function writtenCitation(work: Work, style: CitationStyle, address: string): string {
  const { parts, people, group } = citedOf(work);
  const wanted = italicsOf[style];
  const [published] = work.publications;
  const isWhole = published === undefined && (work.type === 'book' || work.type === 'proceedings');
  const hasTitle = wanted.title === 'unpublished' ? published === undefined : wanted.title === 'whole' && isWhole;
  const ofJournal = wanted.journal ? italics : asItIs;
  const ofVolume = wanted.volume ? italics : asItIs;
  return citationStyleWriters[style]({
    type: work.type,
    people,
    group,
    title: (hasTitle ? italics : asItIs)(parts.title),
    year: parts.year,
    published: published && {
      ...published,
      journal: ofJournal(published.journal),
      volume: published.volume === undefined ? undefined : ofVolume(published.volume),
    },
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
