import { withoutIsbd } from '../marc/isbd.ts';
import type { MarcRecord } from '../marc/record.ts';
import { workDate } from './dates.ts';
import { dataFields, distinct, firstValue, subfield, subfields, values } from './fields.ts';
import { subjects } from './headings.ts';
import { type Holdings, holdingsOf } from './holdings.ts';
import { type Identifier, identifiers } from './identifiers.ts';
import { languagesOf } from './languages.ts';
import { scriptsOf } from './linked.ts';
import { type Link, linksOf, webAddress } from './links.ts';
import { type Material, materialOf } from './material.ts';
import { type Contributor, collaborations, contributors } from './names.ts';
import { type NoteGroup, noteGroups } from './notes.ts';
import { type Imprint, imprint, type Publication, publications, type ThesisNote, thesisNote } from './publication.ts';
import { type RelatedWork, relatedWorks } from './related.ts';
import { seriesOf } from './series.ts';
import { titleOfField } from './titles.ts';

/**
 * What a MARC record says about a work, in words that every other format shares. Both plain MARC 21
 * and the older local fields (909C, 6531_, 269) are read. Everything is text as catalogued, without
 * the punctuation between parts of a record (ISBD): escaping is the business of the format that
 * writes it.
 */
export interface Work {
  /** Title with remainder and part: "Introductory statistics: a decision map". Empty: none. */
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
  readonly notes: readonly NoteGroup[];
  readonly related: readonly RelatedWork[];
  /** Values of 980, as ARTICLE. */
  readonly kinds: readonly string[];
  /** Undefined when nothing tells. */
  readonly material: Material | undefined;
  readonly type: WorkType;
  readonly links: readonly Link[];
  readonly licences: readonly Licence[];
  readonly holdings: Holdings;
  /**
   * The same in its original script, of fields that stand in both (880): undefined when there are
   * none. Field for field it may say less.
   */
  readonly original: OriginalScript | undefined;
}

export type OriginalScript = Pick<
  Work,
  | 'title'
  | 'otherTitles'
  | 'contributors'
  | 'imprint'
  | 'series'
  | 'edition'
  | 'abstracts'
  | 'subjects'
  | 'publications'
>;

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

export interface Licence {
  readonly text: string;
  readonly url: string | undefined;
}

export function describeWork(whole: MarcRecord): Work {
  const { record, original } = scriptsOf(whole);
  const kinds = distinct(values(record, '980', 'a'));
  const material = materialOf(record);
  const thesis = thesisNote(record);
  const said = inOneScript(record);
  return {
    ...said,
    collaborations: collaborations(record),
    date: workDate(record),
    thesis,
    extent: tidy(firstValue(record, '300', 'a')),
    identifiers: identifiers(record),
    keywords: distinct([...values(record, '653', 'a'), ...values(record, '695', 'a')].map(withoutIsbd)),
    languages: languagesOf(record),
    notes: noteGroups(record),
    related: relatedWorks(record),
    kinds,
    material,
    type: typeOf(material, said.publications.length > 0),
    links: linksOf(record),
    licences: dataFields(record, '540')
      .map((field) => ({
        text: subfield(field, 'a') ?? subfield(field, 'u') ?? '',
        url: webAddress(subfield(field, 'u')),
      }))
      .filter((one) => one.text !== ''),
    holdings: holdingsOf(record),
    original: original === undefined ? undefined : inOneScript(original),
  };
}

function inOneScript(record: MarcRecord): OriginalScript {
  return {
    title: titleOf(record),
    otherTitles: distinct([...values(record, '246', 'a'), ...values(record, '242', 'a')].map(withoutIsbd)),
    contributors: contributors(record),
    imprint: imprint(record),
    series: seriesOf(record),
    edition: editionOf(record),
    abstracts: values(record, '520', 'a'),
    subjects: subjects(record),
    publications: publications(record),
  };
}

function tidy(value: string | undefined): string | undefined {
  return value === undefined ? undefined : withoutIsbd(value);
}

/** Without the dash that announces the next area: "3d. ed. --". */
function editionOf(record: MarcRecord): string | undefined {
  const value = firstValue(record, '250', 'a');
  if (value === undefined) return undefined;
  let end = value.length;
  while (end > 0 && ' -\u2013\u2014'.includes(value[end - 1]!)) end--;
  return withoutIsbd(value.slice(0, end));
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
  return titleOfField(field);
}

/** What formats have a word for; the others are 'other'. */
const types: Partial<Record<Material, WorkType>> = {
  article: 'article',
  preprint: 'preprint',
  proceedings: 'proceedings',
  thesis: 'thesis',
  book: 'book',
  report: 'report',
  picture: 'image',
  video: 'video',
};

function typeOf(material: Material | undefined, published: boolean): WorkType {
  const type = material === undefined ? undefined : types[material];
  return type ?? (published && material === undefined ? 'article' : 'other');
}
