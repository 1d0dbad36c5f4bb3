import type { Field, MarcRecord } from '../../../marc/record.ts';
import type { Brief } from '../../brief.ts';
import { withoutEndMark } from './end-mark.ts';
import { tidySpace } from './fold.ts';
import { yearOf } from './year.ts';

const shownAuthors = 3;
const shownIdentifiers = 4;
const abstractLength = 300;
/**
 * Characters of a hit, which stands in the memory of every process, in lists of 200, and in all
 * merges: far more than any catalogue has, and little enough that nothing of megabytes goes through
 * them. What is longer ends in "…"; an identifier, which would be another one then, is left out.
 */
const titleLength = 2000;
const nameLength = 300;
const lineLength = 600;
const identifierLength = 300;
const shownKinds = 50;
const kindLength = 100;

/**
 * What is needed to draw a hit, read from standard MARC 21 and from CERN's dialect of it (909C4,
 * 088, 037).
 */
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
  let corporate = 0;
  const authors: string[] = [];
  const bodies: string[] = [];
  const identifiers: [kind: string, value: string][] = [];
  const kinds: string[] = [];
  const identify = (kind: string, value: string | undefined): void => {
    if (!value || value.length > identifierLength || identifiers.length >= shownIdentifiers) return;
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
        for (const code of field.tag === '710' ? ['a', 'g'] : ['a']) {
          for (const value of all(field, code)) {
            corporate++;
            if (bodies.length < shownAuthors) bodies.push(code === 'a' ? tidyName(value) : cut(value, nameLength));
          }
        }
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
        edition ||= trimmed(first(field, 'a') ?? '', lineLength);
        break;
      case '260':
      case '264':
        publisher ||= publisherOf(field);
        break;
      case '502':
        thesis ||= cut(
          first(field, 'a') ?? [first(field, 'b'), first(field, 'c')].filter(Boolean).join(', '),
          lineLength,
        );
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
        identify('isbn', first(field, 'a')?.split(/[\s:(]/, 1)[0]);
        break;
      case '022':
        identify('issn', first(field, 'a'));
        break;
      case '856':
        files += all(field, 'u').length;
        break;
      case '980':
        for (const value of all(field, 'a'))
          if (kinds.length < shownKinds && value.length <= kindLength) kinds.push(value);
        break;
    }
  }
  const heading = title || otherTitle;
  return {
    t: edition === '' || heading === '' ? heading : `${heading}; ${edition}`,
    a: people > 0 ? authors : bodies,
    n: people > 0 ? people : corporate,
    y: yearOf(record),
    j: journal || publisher || thesis,
    i: identifiers,
    k: kinds,
    s: beginning(tidySpace(abstract.slice(0, abstractRead)), abstractLength),
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
function trimmed(value: string, length: number): string {
  return withoutEndMark(tidySpace(cut(value, length)));
}

/** "Austen, Jane," and "Austen, Jane." but "Austen, J." */
function tidyName(value: string): string {
  return trimmed(value, nameLength).replace(/(?<=\p{L}\p{Ll})\.$/u, '');
}

/** $a: $b, with number and name of the part ($n, $p). */
function titleOf(field: Field): string {
  let title = '';
  for (const { code, value } of field.subfields) {
    const text = trimmed(value, titleLength);
    if (text === '') continue;
    if (title === '') title = code === 'a' || code === 'p' || code === 'b' ? text : '';
    else if (code === 'b') title += '.?!:'.includes(title.at(-1)!) ? ` ${text}` : `: ${text}`;
    else if (code === 'n' || code === 'p') title += `${'.?!'.includes(title.at(-1)!) ? '' : '.'} ${text}`;
    if (title.length > titleLength) return cut(title, titleLength);
  }
  return title;
}

function publisherOf(field: Field): string {
  const place = trimmed(first(field, 'a') ?? '', lineLength);
  const name = trimmed(first(field, 'b') ?? '', lineLength);
  return place !== '' && name !== '' ? `${place}: ${name}` : place || name;
}

/** "Phys. Rev. D 54 (1996) 4234", or the host item that 773 names in $t and $g. */
function journalLine(field: Field): string {
  const title = first(field, 'p') ?? first(field, 't');
  if (title === undefined) return '';
  const year = first(field, 'y');
  const parts = [
    trimmed(title, lineLength),
    first(field, 'v'),
    year && `(${year})`,
    first(field, 'c') ?? first(field, 'g'),
  ];
  return cut(tidySpace(cut(parts.filter(Boolean).join(' '), 2 * lineLength)), lineLength);
}

/** What is read of an abstract for its beginning; blanks in a row are one. */
const abstractRead = 20 * abstractLength;

function cut(text: string, length: number): string {
  return text.length <= length ? text : beginning(text, length);
}

/** Ends at a word where it can, never within a character. */
function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const blank = text.lastIndexOf(' ', length - 1);
  const end = blank > length / 2 ? blank : length - 1;
  return `${text.slice(0, end).replace(/[\ud800-\udbff]$/, '')}…`;
}
