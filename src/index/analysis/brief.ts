import type { Field, MarcRecord } from '../../marc/record.ts';
import type { Brief } from '../brief.ts';
import { tidySpace } from './fold.ts';
import { yearOf } from './year.ts';

const shownAuthors = 3;
const shownIdentifiers = 4;
const abstractLength = 300;

/** What is needed to draw a hit, read from standard MARC 21 and from CERN's dialect of it (909C4, 088, 037). */
export function briefOf(record: MarcRecord): Brief {
  let title = '';
  let otherTitle = '';
  let edition = '';
  let journal = '';
  let publisher = '';
  let thesis = '';
  let abstract = '';
  let files = 0;
  let people = 0;
  const authors: string[] = [];
  const bodies: string[] = [];
  const identifiers: [kind: string, value: string][] = [];
  const kinds: string[] = [];
  const identify = (kind: string, value: string | undefined): void => {
    if (!value || identifiers.length >= shownIdentifiers) return;
    if (!identifiers.some(([k, v]) => k === kind && v === value)) identifiers.push([kind, value]);
  };
  for (const field of record.fields) {
    switch (field.tag) {
      case '100':
      case '700':
        for (const { code, value } of field.subfields) {
          if (code !== 'a') continue;
          people++;
          if (authors.length < shownAuthors) authors.push(tidyName(value));
        }
        break;
      case '110':
      case '111':
      case '710':
      case '711':
        bodies.push(...all(field, 'a').map(tidyName), ...all(field, 'g').filter(() => field.tag === '710'));
        break;
      case '245':
        title ||= titleOf(field);
        break;
      case '130':
      case '240':
      case '246':
      case '247':
        otherTitle ||= titleOf(field);
        break;
      case '250':
        edition ||= trimmed(first(field, 'a') ?? '');
        break;
      case '260':
      case '264':
        publisher ||= publisherOf(field);
        break;
      case '502':
        thesis ||= first(field, 'a') ?? [first(field, 'b'), first(field, 'c')].filter(Boolean).join(', ');
        break;
      case '520':
        abstract ||= first(field, 'a') ?? '';
        break;
      case '773':
        journal ||= journalLine(field);
        break;
      case '909':
        if (field.ind1 === 'C' && field.ind2 === '4') {
          journal ||= journalLine(field);
          identify('doi', first(field, 'a'));
        } else if (field.ind1 === 'C' && field.ind2 === '0') identify('report', first(field, 'r'));
        break;
      case '024':
        if (first(field, '2')?.toLowerCase() === 'doi') identify('doi', first(field, 'a'));
        break;
      case '037':
      case '088':
        identify('report', first(field, 'a'));
        break;
      case '020':
        identify('isbn', first(field, 'a')?.replace(/[\s:(].*$/s, ''));
        break;
      case '022':
        identify('issn', first(field, 'a'));
        break;
      case '856':
        files += all(field, 'u').length;
        break;
      case '980':
        kinds.push(...all(field, 'a'));
        break;
    }
  }
  const heading = title || otherTitle;
  return {
    t: edition === '' || heading === '' ? heading : `${heading}; ${edition}`,
    a: people > 0 ? authors : bodies.slice(0, shownAuthors),
    n: people > 0 ? people : bodies.length,
    y: yearOf(record),
    j: journal || publisher || thesis,
    i: identifiers,
    k: kinds,
    s: beginning(tidySpace(abstract)),
    f: files,
  };
}

function first(field: Field, code: string): string | undefined {
  for (const subfield of field.subfields) if (subfield.code === code) return subfield.value;
  return undefined;
}

function all(field: Field, code: string): string[] {
  return field.subfields.filter((subfield) => subfield.code === code).map((subfield) => subfield.value);
}

/** Without the ISBD punctuation that announces the next subfield: "Pride and prejudice /". */
function trimmed(value: string): string {
  return tidySpace(value).replace(/\s*[/:;=,]$/, '');
}

/** "Austen, Jane," and "Austen, Jane." but "Austen, J." */
function tidyName(value: string): string {
  return trimmed(value).replace(/(?<=\p{L}\p{Ll})\.$/u, '');
}

/** $a: $b, with number and name of the part ($n, $p). */
function titleOf(field: Field): string {
  let title = '';
  for (const { code, value } of field.subfields) {
    const text = trimmed(value);
    if (text === '') continue;
    if (title === '') title = code === 'a' || code === 'p' || code === 'b' ? text : '';
    else if (code === 'b') title += /[.?!:]$/.test(title) ? ` ${text}` : `: ${text}`;
    else if (code === 'n' || code === 'p') title += `${/[.?!]$/.test(title) ? '' : '.'} ${text}`;
  }
  return title;
}

function publisherOf(field: Field): string {
  const place = trimmed(first(field, 'a') ?? '');
  const name = trimmed(first(field, 'b') ?? '');
  return place !== '' && name !== '' ? `${place}: ${name}` : place || name;
}

/** "Phys. Rev. D 54 (1996) 4234", or the host item that 773 names in $t and $g. */
function journalLine(field: Field): string {
  const title = first(field, 'p') ?? first(field, 't');
  if (title === undefined) return '';
  const year = first(field, 'y');
  const parts = [trimmed(title), first(field, 'v'), year && `(${year})`, first(field, 'c') ?? first(field, 'g')];
  return tidySpace(parts.filter(Boolean).join(' '));
}

/** Ends at a word where it can, never within a character. */
function beginning(text: string): string {
  if (text.length <= abstractLength) return text;
  const blank = text.lastIndexOf(' ', abstractLength - 1);
  const end = blank > abstractLength / 2 ? blank : abstractLength - 1;
  return `${text.slice(0, end).replace(/[\ud800-\udbff]$/, '')}…`;
}
