import { yearOf } from '../../description/dates.ts';
import { shelfLine } from '../../description/holdings.ts';
import { materialOf } from '../../description/material.ts';
import { contributorsOf, isPlainName, makersOf, type NameKind, nameOf } from '../../description/names.ts';
import { publicationLine, publicationOf, thesisOf, thesisText } from '../../description/publication.ts';
import { titleOfField } from '../../description/titles.ts';
import { bareDoi } from '../../identifiers/doi.ts';
import { isbnsIn } from '../../identifiers/isbn.ts';
import { issnOf } from '../../identifiers/issn.ts';
import { withoutIsbd } from '../../marc/isbd.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { tidySpace } from '../../tokenizers/fold.ts';
import type { Brief } from '../brief.ts';

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
/** Subfields that are read of a name, a title, a host item. */
const nameParts = 50;
const titleParts = 500;
const hostParts = 50;

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
  const authors = createNames();
  /** People with another role, who are named when there is no author. */
  const helpers = createNames();
  const bodies = createNames();
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
        if (first(field, 't') === undefined) take(isPlainAuthor(field) ? authors : helpers, field, 'person');
        break;
      case '110':
      case '111':
      case '710':
      case '711':
        if (first(field, 't') !== undefined) break;
        if (field.tag === '710') {
          for (const value of all(field, 'g')) put(bodies, () => cut(tidySpace(cut(value, nameLength)), nameLength));
          if (first(field, 'g') !== undefined) break;
        }
        take(bodies, field, field.tag.endsWith('10') ? 'corporate' : 'meeting');
        break;
      case '245':
        title ||= lineOf(field);
        break;
      case '130':
      case '240':
      case '246':
      case '247':
        otherTitle ||= lineOf(field);
        break;
      case '250':
        edition ||= trimmed(first(field, 'a') ?? '', lineLength);
        break;
      case '260':
      case '264':
        publisher ||= publisherOf(field);
        break;
      case '502':
        thesis ||= cut(thesisText(thesisOf(field)), lineLength);
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
          identify('doi', doiOfField(field));
        } else if (field.ind1 === 'C' && field.ind2 === '0') identify('report', first(field, 'r'));
        break;
      case '024':
        if (first(field, '2')?.toLowerCase() === 'doi') identify('doi', doiOfField(field));
        break;
      case '037':
      case '088':
        identify('report', first(field, 'a'));
        break;
      case '020':
        identify('isbn', isbnOfField(field));
        break;
      case '022':
        identify('issn', issnOf(first(field, 'a') ?? '') ?? first(field, 'a'));
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
  const makers = [authors, helpers, bodies].find(({ count }) => count > 0) ?? authors;
  const shelf = shelfLine(record);
  return {
    t: edition === '' || heading === '' ? heading : `${heading}; ${edition}`,
    a: makers.shown,
    n: makers.count,
    y: yearOf(record),
    j: journal || publisher || thesis,
    i: identifiers,
    k: kinds.length > 0 ? kinds : materialKinds(record),
    s: abstractLine(abstract),
    f: files,
    ...(shelf === undefined ? {} : { h: [cut(shelf[0], lineLength), cut(shelf[1], lineLength)] }),
  };
}

/** As it is written, without what stands behind it. */
function isbnOfField(field: Field): string | undefined {
  const value = first(field, 'a');
  return isbnsIn(value ?? '')[0]?.written ?? value?.split(/[\s:(]/, 1)[0];
}

function doiOfField(field: Field): string | undefined {
  const value = first(field, 'a');
  return value === undefined ? undefined : (bareDoi(value) ?? value);
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
  return withoutIsbd(tidySpace(cut(value, length)));
}

/** Without a 980 the fixed fields tell the kind of material. */
function materialKinds(record: MarcRecord): readonly string[] {
  const material = materialOf(record);
  return material === undefined ? [] : [material];
}

interface Names {
  readonly shown: string[];
  count: number;
}

function createNames(): Names {
  return { shown: [], count: 0 };
}

function put(names: Names, name: () => string): void {
  names.count++;
  if (names.shown.length < shownAuthors) names.shown.push(name());
}

/** A field may name several, in the older local form. */
function take(names: Names, field: Field, kind: NameKind): void {
  const isPlain = isPlainName(field, kind);
  let count = 0;
  for (const { code } of field.subfields) if (code === 'a') count++;
  if (count === 1 && !isPlain) {
    put(names, () => nameIn(field, kind));
    return;
  }
  for (const { code, value } of field.subfields) if (code === 'a') put(names, () => trimmed(value, nameLength));
}

function nameIn(field: Field, kind: NameKind): string {
  return cut(tidySpace(nameOf(bounded(field, nameParts, nameLength), kind)), nameLength);
}

/** With no more subfields, and none longer, than are read; nearly every field is so. */
function bounded(field: Field, most: number, length: number): Field {
  const { subfields } = field;
  if (subfields.length <= most && subfields.every(({ value }) => value.length <= length)) return field;
  return {
    ...field,
    subfields: subfields.slice(0, most).map(({ code, value }) => ({ code, value: cut(value, length) })),
  };
}

/** Who has a role is an author only by that role. */
function isPlainAuthor(field: Field): boolean {
  if (first(field, 'e') === undefined && first(field, '4') === undefined) return true;
  return makersOf(contributorsOf(field)).authors.length > 0;
}

/** Of a title with as many parts as anybody reads. */
function lineOf(field: Field): string {
  return cut(tidySpace(titleOfField(bounded(field, titleParts, titleLength), titleLength)), titleLength);
}

function publisherOf(field: Field): string {
  const place = trimmed(first(field, 'a') ?? '', lineLength);
  const name = trimmed(first(field, 'b') ?? '', lineLength);
  return place !== '' && name !== '' ? `${place}: ${name}` : place || name;
}

function journalLine(field: Field): string {
  const one = publicationOf(bounded(field, hostParts, lineLength));
  return one === undefined ? '' : cut(tidySpace(cut(publicationLine(one), 2 * lineLength)), lineLength);
}

/** What is read of an abstract for its beginning; blanks in a row are one. */
const abstractRead = 20 * abstractLength;

/** White space that is no blank: one anywhere makes blanks of all. */
const otherBlank = /[^\S ]/;

function abstractLine(abstract: string): string {
  // Mostly nothing is to be tidied: then no more has to be read than is shown.
  const head = abstract.slice(0, abstractLength + 1);
  if (head.length > abstractLength && !otherBlank.test(head) && tidySpace(head) === head)
    return beginning(head, abstractLength);
  return beginning(tidySpace(abstract.slice(0, abstractRead)), abstractLength);
}

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
