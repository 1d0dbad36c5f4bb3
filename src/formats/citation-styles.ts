import { initials } from '../description/names.ts';
import { type Publication, publicationLine } from '../description/publication.ts';
import type { WorkType } from '../description/work.ts';

/** What a citation is made of. Texts are plain and without a full stop at the end. */
export interface CitationParts {
  readonly type: WorkType;
  readonly people: readonly { readonly family: string; readonly given: string }[];
  /** A collaboration or body that stands for the authors. */
  readonly group: string | undefined;
  readonly title: string;
  readonly year: string | undefined;
  readonly published: Publication | undefined;
  readonly pages: string | undefined;
  readonly isRange: boolean;
  readonly publisher: string | undefined;
  readonly place: string | undefined;
  /** "2nd". */
  readonly edition: string | undefined;
  readonly degree: string | undefined;
  /** A report or arXiv number. */
  readonly number: string | undefined;
  readonly doi: string | undefined;
  /** Where it is: the DOI as an address, or the record's own. */
  readonly end: string;
}

type Name = CitationParts['people'][number];
const initialsFirst = (name: Name): string => `${initials(name.given)} ${name.family}`.trim();
const familyInitials = (name: Name): string =>
  name.given === '' ? name.family : `${name.family}, ${initials(name.given)}`;
const familyFirst = (name: Name): string => (name.given === '' ? name.family : `${name.family}, ${name.given}`);
const inFull = (name: Name): string => `${name.given} ${name.family}`.trim();

interface Joining {
  /** Up to so many are all named, else only the first `kept`. */
  readonly most: number;
  readonly kept: number;
  /** Between the last two of exactly two, and of more. */
  readonly two: string;
  readonly last: string;
}

/** Only those names are written that are shown: a paper may have three thousand. */
function joined(
  people: readonly Name[],
  written: (name: Name, place: number) => string,
  { most, kept, two, last }: Joining,
): string {
  if (people.length > most) return `${people.slice(0, kept).map(written).join(', ')}${kept === 1 ? '' : ','} et al.`;
  const list = people.map(written);
  if (list.length < 2) return list.join('');
  return `${list.slice(0, -1).join(', ')}${list.length === 2 ? two : last}${list.at(-1)}`;
}

/** The first name turned round, as alphabetical lists need it; the others as they are spoken. */
function firstTurned(people: readonly Name[], joining: Joining): string {
  return joined(people, (name, place) => (place === 0 ? familyFirst(name) : inFull(name)), joining);
}

/** Parts that are there, with a separator between them. */
function some(separator: string, ...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}

/** Text with a full stop, unless it ends in a mark of its own. */
function sentence(text: string): string {
  return text === '' ? '' : /[.?!]$/.test(text) ? `${text} ` : `${text}. `;
}

/** A title in quotation marks with its full stop or comma inside. */
function quoted(title: string, mark: '.' | ','): string {
  return title === '' ? '' : `“${title}${/[?!]$/.test(title) ? '' : mark}” `;
}

const isWhole = ({ type, published }: CitationParts): boolean =>
  published === undefined && (type === 'book' || type === 'proceedings');

function degreeOf({ degree }: CitationParts): string {
  return degree ?? 'Thesis';
}

function apa(parts: CitationParts): string {
  const { people } = parts;
  const most = 20;
  const who =
    people.length > most
      ? `${people.slice(0, 19).map(familyInitials).join(', ')}, . . . ${familyInitials(people.at(-1)!)}`
      : joined(people, familyInitials, { most, kept: most, two: ', & ', last: ', & ' });
  const { published, title, end } = parts;
  const by = sentence(who || (parts.group ?? '')).trim();
  const when = `(${parts.year ?? 'n.d.'}). `;
  // Without an author the title moves to the front.
  const head = by === '' ? `${sentence(title)}${when}` : `${by} ${when}`;
  const shownTitle = by === '' ? '' : title;
  if (published !== undefined) {
    const volume = `${published.volume ?? ''}${published.issue === undefined ? '' : `(${published.issue})`}`;
    return `${head}${sentence(shownTitle)}${sentence(some(', ', published.journal, volume, parts.pages))}${end}`;
  }
  const notes = [
    parts.type === 'thesis' ? ` [${some(', ', degreeOf(parts), parts.publisher)}]` : '',
    parts.edition === undefined ? '' : ` (${parts.edition} ed.)`,
    parts.number === undefined ? '' : ` (${parts.number})`,
  ].join('');
  const publisher = parts.type === 'thesis' ? '' : (parts.publisher ?? '');
  return `${head}${sentence(shownTitle === '' ? notes.trim() : shownTitle + notes)}${sentence(publisher)}${end}`;
}

function mla(parts: CitationParts): string {
  const who =
    firstTurned(parts.people, { most: 2, kept: 1, two: ', and ', last: ', and ' }).replace(/ et al\.$/, ', et al') ||
    (parts.group ?? '');
  const { published } = parts;
  const pages = parts.pages === undefined ? undefined : `${parts.isRange ? 'pp.' : 'p.'} ${parts.pages}`;
  const title = isWhole(parts) ? sentence(parts.title) : quoted(parts.title, '.');
  const host =
    published === undefined
      ? some(
          ', ',
          parts.edition === undefined ? undefined : `${parts.edition} ed.`,
          parts.number,
          parts.type === 'thesis' ? degreeOf(parts) : undefined,
          parts.publisher,
          parts.year,
        )
      : some(
          ', ',
          published.journal,
          published.volume === undefined ? undefined : `vol. ${published.volume}`,
          published.issue === undefined ? undefined : `no. ${published.issue}`,
          parts.year,
          pages,
        );
  return `${sentence(who)}${title}${sentence(host === '' ? '' : `${host}, ${parts.end}`)}${host === '' ? parts.end : ''}`;
}

function chicago(parts: CitationParts): string {
  const who = firstTurned(parts.people, { most: 10, kept: 7, two: ', and ', last: ', and ' }) || (parts.group ?? '');
  const { published } = parts;
  const title = isWhole(parts) ? sentence(parts.title) : quoted(parts.title, '.');
  const edition = parts.edition === undefined ? '' : `${parts.edition} ed. `;
  const volume =
    published === undefined
      ? ''
      : some(
          ' ',
          published.journal,
          published.volume,
          published.issue === undefined ? undefined : `(${published.issue})`,
        );
  const host =
    published === undefined
      ? some(
          ', ',
          parts.type === 'thesis' ? degreeOf(parts) : undefined,
          parts.number,
          some(': ', parts.type === 'thesis' ? undefined : parts.place, parts.publisher),
        )
      : some(': ', volume, parts.pages);
  return `${sentence(who)}${sentence(parts.year ?? 'n.d.')}${title}${edition}${sentence(host)}${parts.end}`;
}

function harvard(parts: CitationParts): string {
  const tight = (name: Name): string => familyInitials(name).replace(/\. (?=\p{L}\.)/gu, '.');
  const who = joined(parts.people, tight, { most: 3, kept: 1, two: ' and ', last: ' and ' }) || (parts.group ?? '');
  const { published } = parts;
  const head = some(' ', who, `(${parts.year ?? 'no date'})`);
  const end = parts.doi === undefined ? `Available at: ${parts.end}.` : `${parts.end}.`;
  if (published !== undefined) {
    const volume = `${published.volume ?? ''}${published.issue === undefined ? '' : `(${published.issue})`}`;
    const pages = parts.pages === undefined ? undefined : `${parts.isRange ? 'pp.' : 'p.'} ${parts.pages}`;
    return `${head} ‘${parts.title}’, ${sentence(some(', ', published.journal, volume, pages))}${end}`;
  }
  const edition = parts.edition === undefined ? '' : `${parts.edition} edn. `;
  const host =
    parts.type === 'thesis'
      ? some('. ', degreeOf(parts), parts.publisher)
      : some('. ', parts.number, some(': ', parts.place, parts.publisher));
  return `${head} ${sentence(parts.title)}${edition}${sentence(host)}${end}`;
}

function ieee(parts: CitationParts): string {
  const who =
    joined(parts.people, initialsFirst, { most: 6, kept: 1, two: ' and ', last: ', and ' }) || (parts.group ?? '');
  const { published } = parts;
  const end = parts.doi === undefined ? `[Online]. Available: ${parts.end}` : `doi: ${parts.doi}`;
  const by = who === '' ? '' : `${who}, `;
  if (published !== undefined) {
    const host = some(
      ', ',
      published.journal,
      published.volume === undefined ? undefined : `vol. ${published.volume}`,
      published.issue === undefined ? undefined : `no. ${published.issue}`,
      parts.pages === undefined ? undefined : `${parts.isRange ? 'pp.' : 'p.'} ${parts.pages}`,
      parts.year,
    );
    return `${by}${quoted(parts.title, ',')}${parts.doi === undefined ? sentence(host) : `${host}, `}${sentence(end)}`;
  }
  const edition = parts.edition === undefined ? undefined : `${parts.edition} ed`;
  if (isWhole(parts)) {
    const host = some(', ', some(': ', parts.place, parts.publisher), parts.year);
    return `${by}${sentence(some(', ', parts.title, edition))}${sentence(host)}${sentence(end)}`;
  }
  const host = some(
    ', ',
    parts.type === 'thesis' ? degreeOf(parts) : undefined,
    parts.publisher,
    parts.place,
    parts.number,
    parts.year,
  );
  return `${by}${quoted(parts.title, ',')}${sentence(host)}${sentence(end)}`;
}

function nature(parts: CitationParts): string {
  const who =
    joined(parts.people, familyInitials, { most: 5, kept: 1, two: ' & ', last: ' & ' }) || (parts.group ?? '');
  const { published } = parts;
  const year = parts.year === undefined ? '' : ` (${parts.year})`;
  if (published !== undefined) {
    const host = some(', ', some(' ', published.journal, published.volume), parts.pages);
    return `${sentence(who)}${sentence(parts.title)}${sentence(host + year)}${parts.end}`;
  }
  const maker = some(', ', parts.type === 'thesis' ? degreeOf(parts) : undefined, parts.publisher, parts.year);
  const host = `${parts.number ?? ''}${maker === '' ? '' : ` (${maker})`}`.trim();
  return `${sentence(who)}${sentence(isWhole(parts) ? `${parts.title} ${host}` : parts.title)}${isWhole(parts) ? '' : sentence(host)}${parts.end}`;
}

function vancouver(parts: CitationParts): string {
  const close = (name: Name): string => `${name.family} ${initials(name.given).replace(/[.\s]/g, '')}`.trim();
  const who = joined(parts.people, close, { most: 6, kept: 6, two: ', ', last: ', ' }) || (parts.group ?? '');
  const { published } = parts;
  const end = parts.doi === undefined ? `Available from: ${parts.end}` : `doi:${parts.doi}`;
  if (published !== undefined) {
    const volume = `${published.volume ?? ''}${published.issue === undefined ? '' : `(${published.issue})`}`;
    const place = some(':', volume, parts.pages);
    const when = some(';', parts.year, place);
    return `${sentence(who)}${sentence(parts.title)}${sentence(published.journal)}${sentence(when)}${end}`;
  }
  const kind = parts.type === 'thesis' ? ' [thesis]' : '';
  const edition = parts.edition === undefined ? '' : `${parts.edition} ed. `;
  const made = some('; ', some(': ', parts.place, parts.publisher), parts.year);
  return `${sentence(who)}${sentence(parts.title + kind)}${edition}${sentence(made)}${sentence(parts.number ?? '')}${end}`;
}

function physics(parts: CitationParts): string {
  const who = joined(parts.people, initialsFirst, { most: 3, kept: 1, two: ' and ', last: ' and ' });
  const group = parts.group === undefined ? '' : who === '' ? parts.group : ` (${parts.group})`;
  const host =
    parts.published === undefined
      ? some(', ', some(': ', parts.place, parts.publisher), parts.number)
      : publicationLine(parts.published);
  const year = parts.published?.year === undefined && parts.year !== undefined ? ` (${parts.year})` : '';
  return some(', ', who + group, parts.title, (host + year).trim(), parts.end);
}

/**
 * APA 7, MLA 9, Chicago 17 (author-date), Harvard (Cite Them Right), IEEE, Nature, Vancouver
 * (ICMJE), and what physicists write. Titles of journals are as catalogued; what is in italics says
 * citation.ts.
 */
export const citationStyleWriters = { apa, mla, chicago, harvard, ieee, nature, vancouver, physics } as const;
