import { plainText } from './mathematics.ts';
import { initials, nameParts } from './work/names.ts';
import { type Publication, publicationLine } from './work/publication.ts';
import type { Work } from './work/work.ts';

export type CitationStyle = 'plain' | 'apa' | 'chicago' | 'ieee';

export const citationStyles: readonly { readonly style: CitationStyle; readonly name: string }[] = [
  { style: 'plain', name: 'Physics' },
  { style: 'apa', name: 'APA' },
  { style: 'chicago', name: 'Chicago' },
  { style: 'ieee', name: 'IEEE' },
];

/** How to cite a work, as one line of text. `address` stands at its end when there is no DOI. */
export function citationText(work: Work, style: CitationStyle, address: string): string {
  const parts: CitationParts = {
    people: work.contributors.filter((one) => one.kind === 'person').map((one) => nameParts(one.name)),
    group: work.collaborations[0] ?? work.contributors.find((one) => one.kind === 'corporate')?.name,
    title: plainText(work.title),
    year: work.date?.slice(0, 4),
    published: work.publications[0],
    publisher: [work.imprint.place, work.imprint.publisher ?? work.thesis?.institution].filter(Boolean).join(': '),
    number: work.identifiers.find((one) => one.kind === 'report' || one.kind === 'arxiv'),
    end: work.identifiers.find((one) => one.kind === 'doi')?.url ?? address,
  };
  return styles[style](parts)
    .replace(/\.\.(?=\s|$)/g, '.')
    .replace(/\s+/g, ' ')
    .trim();
}

interface CitationParts {
  readonly people: readonly { readonly family: string; readonly given: string }[];
  readonly group: string | undefined;
  readonly title: string;
  readonly year: string | undefined;
  readonly published: Publication | undefined;
  readonly publisher: string;
  readonly number: { readonly scheme: string; readonly value: string } | undefined;
  readonly end: string;
}

type Name = CitationParts['people'][number];
const initialsFirst = (name: Name): string => `${initials(name.given)} ${name.family}`.trim();
const familyFirst = (name: Name): string =>
  name.given === '' ? name.family : `${name.family}, ${initials(name.given)}`;
const inFull = (name: Name): string => `${name.given} ${name.family}`.trim();

function joined(list: readonly string[], most: number, kept: number, and: string): string {
  if (list.length > most) return `${list.slice(0, kept).join(', ')} et al.`;
  if (list.length < 2) return list.join('');
  return `${list.slice(0, -1).join(', ')}${list.length > 2 && and !== ' and ' ? ',' : ''}${and}${list.at(-1)}`;
}

function host(parts: CitationParts): string {
  if (parts.published !== undefined) return publicationLine(parts.published);
  const number =
    parts.number === undefined ? '' : `${parts.number.scheme === 'arXiv' ? 'arXiv:' : ''}${parts.number.value}`;
  return [parts.publisher, number].filter((part) => part !== '').join(', ');
}

const sentence = (text: string): string => (text === '' ? '' : /[.?!]$/.test(text) ? `${text} ` : `${text}. `);

const styles: Readonly<Record<CitationStyle, (parts: CitationParts) => string>> = {
  plain: (parts) => {
    const who = joined(parts.people.map(initialsFirst), 3, 1, ' and ');
    const group = parts.group === undefined ? '' : who === '' ? parts.group : ` (${parts.group})`;
    const year = parts.published?.year === undefined && parts.year !== undefined ? ` (${parts.year})` : '';
    return [who + group, parts.title, host(parts) + year, parts.end].filter((part) => part !== '').join(', ');
  },
  apa: (parts) => {
    const who = joined(parts.people.map(familyFirst), 20, 19, ' & ') || (parts.group ?? '');
    return `${who} (${parts.year ?? 'n.d.'}). ${sentence(parts.title)}${sentence(host(parts))}${parts.end}`;
  },
  chicago: (parts) => {
    const [first, ...others] = parts.people;
    const list =
      first === undefined
        ? []
        : [first.given === '' ? first.family : `${first.family}, ${first.given}`, ...others.map(inFull)];
    const who = joined(list, 10, 7, ' and ') || (parts.group ?? '');
    return `${sentence(who)}${sentence(parts.year ?? 'n.d.')}“${sentence(parts.title).trim()}” ${sentence(host(parts))}${parts.end}`;
  },
  ieee: (parts) => {
    const who = joined(parts.people.map(initialsFirst), 6, 1, ' and ') || (parts.group ?? '');
    const year = parts.published?.year === undefined && parts.year !== undefined ? `, ${parts.year}` : '';
    return `${who === '' ? '' : `${who}, `}“${parts.title},” ${host(parts)}${year}. ${parts.end}`;
  },
};
