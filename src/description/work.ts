import { withoutEndMark } from '../marc/end-mark.ts';
import { controlValue, type MarcRecord } from '../marc/record.ts';
import { workDate } from './dates.ts';
import {
  dataFields,
  distinct,
  firstValue,
  subfield,
  subfields,
  values,
  withoutFinalStop,
  withoutIsbd,
} from './fields.ts';
import { type Holdings, holdingsOf } from './holdings.ts';
import { type Identifier, identifiers } from './identifiers.ts';
import { type Contributor, collaborations, contributors } from './names.ts';
import { type Imprint, imprint, type Publication, publications, type ThesisNote, thesisNote } from './publication.ts';
import { hostOf } from './web-address.ts';

/**
 * What a MARC record says about a work, in words that every other format shares. Both plain MARC 21
 * and the older local fields (909C, 6531_, 269) are read. Everything is text as catalogued:
 * escaping is the business of the format that writes it.
 */
export interface Work {
  /**
   * Title with remainder, part and edition: "Introductory statistics: a decision map; 2nd ed".
   * Empty when there is none.
   */
  readonly title: string;
  readonly otherTitles: readonly string[];
  readonly contributors: readonly Contributor[];
  readonly collaborations: readonly string[];
  /** YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly date: string | undefined;
  readonly publications: readonly Publication[];
  readonly imprint: Imprint;
  readonly thesis: ThesisNote | undefined;
  readonly series: readonly string[];
  readonly extent: string | undefined;
  readonly edition: string | undefined;
  readonly abstracts: readonly string[];
  readonly identifiers: readonly Identifier[];
  readonly subjects: readonly string[];
  readonly keywords: readonly string[];
  /** As coded in 041 or 008, usually three letters. */
  readonly languages: readonly string[];
  readonly notes: readonly string[];
  /** Values of 980, as ARTICLE. */
  readonly kinds: readonly string[];
  readonly type: WorkType;
  readonly links: readonly Link[];
  readonly licences: readonly Licence[];
  readonly holdings: Holdings;
}

export type WorkType =
  | 'article'
  | 'preprint'
  | 'proceedings'
  | 'thesis'
  | 'book'
  | 'report'
  | 'image'
  | 'video'
  | 'other';

export interface Link {
  readonly url: string;
  readonly label: string | undefined;
  /** In bytes. */
  readonly size: number | undefined;
  readonly checksum: string | undefined;
}

export interface Licence {
  readonly text: string;
  readonly url: string | undefined;
}

export function describeWork(record: MarcRecord): Work {
  const kinds = distinct(values(record, '980', 'a'));
  const thesis = thesisNote(record);
  const published = publications(record);
  return {
    title: titleOf(record),
    otherTitles: distinct([...values(record, '246', 'a'), ...values(record, '242', 'a'), ...linkedTitles(record)]).map(
      withoutIsbd,
    ),
    contributors: contributors(record),
    collaborations: collaborations(record),
    date: workDate(record),
    publications: published,
    imprint: imprint(record),
    thesis,
    series: ['490', '440', '830'].flatMap((tag) =>
      dataFields(record, tag).map((field) => subfields(field, 'av').map(withoutIsbd).join(' ')),
    ),
    extent: extentOf(record),
    edition: firstValue(record, '250', 'a'),
    abstracts: values(record, '520', 'a'),
    identifiers: identifiers(record),
    subjects: distinct(['650', '651', '600', '610'].flatMap((tag) => headings(record, tag))),
    keywords: distinct([...values(record, '653', 'a'), ...values(record, '695', 'a')]),
    languages: languagesOf(record),
    notes: [...values(record, '500', 'a'), ...values(record, '502', 'a')],
    kinds,
    type: typeOf(record, kinds, thesis !== undefined, published.length > 0),
    links: linksOf(record),
    licences: dataFields(record, '540')
      .map((field) => ({
        text: subfield(field, 'a') ?? subfield(field, 'u') ?? '',
        url: webAddress(subfield(field, 'u')),
      }))
      .filter((one) => one.text !== ''),
    holdings: holdingsOf(record),
  };
}

function extentOf(record: MarcRecord): string | undefined {
  const extent = firstValue(record, '300', 'a');
  return extent === undefined ? undefined : withoutEndMark(extent, ':;');
}

function isAuthority(record: MarcRecord): boolean {
  return record.leader[6] === 'z' || values(record, '980', 'a').some((kind) => kind.toUpperCase() === 'AUTHORITY');
}

/**
 * The title as one line; for an authority record, which has none, its heading. A name alone is no
 * title of a work.
 */
export function titleOf(record: MarcRecord): string {
  const field = dataFields(record, '245')[0];
  const main = subfield(field, 'a');
  if (field === undefined || main === undefined) {
    const headings = isAuthority(record) ? ['110', '130', '150', '100', '111'] : ['130', '150'];
    const heading = headings.map((tag) => dataFields(record, tag)[0]).find((one) => one !== undefined);
    return heading === undefined ? '' : withoutIsbd(subfields(heading, 'abcd').join(' '));
  }
  const remainder = subfields(field, 'b').map(withoutIsbd).join(' ');
  const parts = subfields(field, 'np')
    .map((part) => `, ${withoutIsbd(part)}`)
    .join('');
  const edition = firstValue(record, '250', 'a');
  const beginning = withoutIsbd(main);
  // A question needs no colon after it.
  const colon = /[?!:]$/.test(beginning) ? ' ' : ': ';
  const title = `${beginning}${remainder === '' ? '' : colon + remainder}${parts}`;
  return edition === undefined ? withoutFinalStop(title) : `${title}; ${withoutIsbd(edition)}`;
}

/** Titles in the original script (880 linked to 245). */
function linkedTitles(record: MarcRecord): readonly string[] {
  return dataFields(record, '880')
    .filter((field) => subfield(field, '6')?.startsWith('245') === true)
    .map((field) => subfields(field, 'abnp').map(withoutIsbd).join(' '));
}

function headings(record: MarcRecord, tag: string): readonly string[] {
  return dataFields(record, tag).map((field) =>
    withoutFinalStop(subfields(field, 'abcdtvxyz').map(withoutIsbd).join(' – ')),
  );
}

function languagesOf(record: MarcRecord): readonly string[] {
  const coded = values(record, '041', 'a').flatMap((value) =>
    /^([a-z]{3}){2,}$/.test(value) ? value.match(/.{3}/g)! : [value],
  );
  const fixed = controlValue(record, '008')?.slice(35, 38) ?? '';
  return distinct(
    coded.length > 0 ? coded : /^[a-z]{3}$/.test(fixed) && fixed !== 'und' && fixed !== 'zxx' ? [fixed] : [],
  );
}

function linksOf(record: MarcRecord): readonly Link[] {
  return dataFields(record, '856').flatMap((field) => {
    const label = subfield(field, 'y') ?? subfield(field, '3') ?? subfield(field, 'z');
    const size = Number(subfield(field, 's'));
    return subfields(field, 'u')
      .map(webAddress)
      .filter((url) => url !== undefined)
      .map((url) => ({ url, label, size: size > 0 ? size : undefined, checksum: undefined }));
  });
}

/**
 * Only addresses that a browser may follow from a page: a record must not bring a javascript: link.
 */
function webAddress(value: string | undefined): string | undefined {
  return value !== undefined && /^(https?|ftp):\/\/\S+$/i.test(value) && hostOf(value) !== undefined
    ? value
    : undefined;
}

const typeByKind: readonly (readonly [RegExp, WorkType])[] = [
  [/THESIS/, 'thesis'],
  [/PROCEEDINGS/, 'proceedings'],
  [/BOOK/, 'book'],
  [/PREPRINT/, 'preprint'],
  [/REPORT|NOTE/, 'report'],
  [/PICTURE|PHOTO|IMAGE/, 'image'],
  [/VIDEO/, 'video'],
  [/ARTICLE|PAPER|PUBLISHED/, 'article'],
];

function typeOf(record: MarcRecord, kinds: readonly string[], thesis: boolean, published: boolean): WorkType {
  for (const kind of kinds) {
    const found = typeByKind.find(([pattern]) => pattern.test(kind.toUpperCase()));
    if (found !== undefined) return found[1];
  }
  if (thesis) return 'thesis';
  if (published) return 'article';
  // Leader/06 (type of record) and /07 (bibliographic level), MARC 21.
  const type = record.leader.charAt(6);
  if (type === 'g') return 'video';
  if (type === 'k') return 'image';
  return type === 'a' && record.leader.charAt(7) === 'm' ? 'book' : 'other';
}
