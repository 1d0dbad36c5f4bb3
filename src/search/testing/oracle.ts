import type { MarcRecord } from '../../marc/record.ts';
import type { Leaf, Query } from '../query/tree.ts';
import { testAnalyzer } from './library.ts';

/**
 * For tests: what a question finds, decided record by record, without dictionaries, postings or
 * bitmaps. Only the tokenizers are those of the product.
 */
export interface NaiveRecord {
  readonly id: number;
  readonly created: number;
  readonly reports: readonly string[];
  readonly cites: readonly string[];
  readonly people: readonly string[];
  readonly words: ReadonlyMap<string, readonly (readonly [term: string, position: number])[]>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export function naiveRecord(id: number, created: number, record: MarcRecord): NaiveRecord {
  const names: string[] = [];
  const texts: string[] = [];
  const numberIn = (list: string[], text: string): number => {
    const known = list.indexOf(text);
    return known === -1 ? list.push(text) - 1 : known;
  };
  const words = new Map<string, [string, number][]>();
  const values = new Map<string, string[]>();
  testAnalyzer.terms(record, {
    space: (name) => numberIn(names, name),
    term: (text) => numberIn(texts, text),
    word: (space, term, position) => {
      const name = names[space] as string;
      words.set(name, [...(words.get(name) ?? []), [texts[term] as string, position]]);
    },
    value: (space, term) => {
      const name = names[space] as string;
      values.set(name, [...(values.get(name) ?? []), term]);
    },
  });
  const all = (path: string) => values.get(`m:${path}`) ?? [];
  const people = [...all('100__a'), ...all('700__a')];
  return { id, created, reports: all('037__a'), cites: all('999C5r'), people, words, values };
}

/** `library`: the records that the asker may see. */
export function holds(query: Query, record: NaiveRecord, library: readonly NaiveRecord[]): boolean {
  switch (query.kind) {
    case 'everything':
      return true;
    case 'second-order': {
      const found = library.filter((other) => holds(query.inner, other, library));
      const self = !query.operator.endsWith('excludingselfcites');
      return found.some((other) =>
        query.operator.startsWith('refersto') ? refers(record, other, self) : refers(other, record, self),
      );
    }
    case 'chain':
      return query.steps.reduce((found, { join, query: inner }) => {
        const here = holds(inner, record, library);
        return join === 'or' ? found || here : join === 'and' ? found && here : found && !here;
      }, true);
    default:
      return citationHolds(query, record, library) ?? leafHolds(query, record);
  }
}

/** Does one record cite the other? Without `self` only when no author wrote both. */
export function refers(citing: NaiveRecord, cited: NaiveRecord, self = true): boolean {
  if (citing.id === cited.id || !citing.cites.some((number) => cited.reports.includes(number))) return false;
  return self || !citing.people.some((name) => cited.people.includes(name));
}

export function timesCited(record: NaiveRecord, library: readonly NaiveRecord[], self = true): number {
  return library.filter((other) => refers(other, record, self)).length;
}

function citationHolds(leaf: Leaf, record: NaiveRecord, library: readonly NaiveRecord[]): boolean | undefined {
  if (leaf.field === 'cited') return numberHolds(leaf, timesCited(record, library));
  if (leaf.field === 'citedexcludingselfcites') return numberHolds(leaf, timesCited(record, library, false));
  if (leaf.field === 'rawref')
    return (
      leaf.kind !== 'span' && record.reports.some((number) => leaf.text.toUpperCase().includes(number.toUpperCase()))
    );
  if (leaf.field !== 'cocitedwith') return undefined;
  const other = library.find(({ id }) => numberHolds(leaf, id));
  if (other === undefined || other.id === record.id) return false;
  return library.some((citing) => refers(citing, other) && refers(citing, record));
}

function leafHolds(leaf: Leaf, record: NaiveRecord): boolean {
  if (leaf.field === 'recid') return numberHolds(leaf, record.id);
  if (/^\d\d/.test(leaf.field)) {
    const spaces = testAnalyzer
      .pathSpaces(leaf.field, [...record.values.keys()])
      .filter((space) => !space.startsWith('m:595'));
    return valueHolds(leaf, spaces, record, (text) => fold(text));
  }
  const field = testAnalyzer.field(leaf.field === '' ? testAnalyzer.anyField : leaf.field);
  if (field === undefined) throw new Error(`the tests use no field ${leaf.field}`);
  const spaces = testAnalyzer.valueSpaces(field.code, [...record.values.keys()]);
  const normalised = (text: string) => testAnalyzer.queryValue(field.code, text);
  if (field.words === undefined || leaf.kind === 'pattern') return valueHolds(leaf, spaces, record, normalised);
  const words = record.words.get(field.words) ?? [];
  if (leaf.kind === 'word') {
    // Also of a record without any word.
    if (field.code === testAnalyzer.anyField && /^\*+$/.test(leaf.text)) return true;
    return testAnalyzer.queryForms(field.code, leaf.text).every((forms) => forms.some((group) => inRow(words, group)));
  }
  if (leaf.kind === 'span') {
    if (field.numeric) return words.some(([term]) => numberHolds(leaf, Number(term)));
    if (leaf.quoted) return valueHolds(leaf, spaces, record, normalised);
    const end = (text: string) => testAnalyzer.queryWords(field.code, text)[0]?.[0] ?? fold(text);
    return words.some(([term]) => between(term, leaf.from && end(leaf.from), leaf.to && end(leaf.to)));
  }
  if (field.phrase === 'value') return valueHolds(leaf, spaces, record, normalised);
  return testAnalyzer.queryPhrases(field.code, leaf.text).some((groups) => inRow(words, groups));
}

function fold(text: string): string {
  return testAnalyzer.queryValue('subject', text);
}

function inRow(words: readonly (readonly [string, number])[], group: readonly string[]): boolean {
  if (group.length === 0) return false;
  return words.some(([, start]) =>
    group.every((wanted, at) => words.some(([term, position]) => position === start + at && like(wanted).test(term))),
  );
}

function valueHolds(
  leaf: Leaf,
  spaces: readonly string[],
  record: NaiveRecord,
  normalised: (text: string) => string,
): boolean {
  const values = spaces.flatMap((space) => record.values.get(space) ?? []);
  switch (leaf.kind) {
    case 'span':
      return values.some((value) => between(value, leaf.from && normalised(leaf.from), leaf.to && normalised(leaf.to)));
    case 'pattern':
      return values.some((value) => new RegExp(leaf.text.normalize('NFD').replace(/\p{M}/gu, ''), 'isu').test(value));
    case 'partial':
      return values.some((value) => like(`*${normalised(leaf.text)}*`).test(value));
    default: {
      const code = /^\d/.test(leaf.field) ? undefined : leaf.field;
      const texts = [leaf.text, ...(testAnalyzer.valueSpellings?.(code, leaf.text) ?? [])];
      return texts.some((text) => values.some((value) => like(normalised(text)).test(value)));
    }
  }
}

function numberHolds(leaf: Leaf, number: number): boolean {
  if (leaf.kind === 'span')
    return number >= Number(leaf.from ?? 0) && number <= Number(leaf.to ?? Number.POSITIVE_INFINITY);
  return number === Number(leaf.text);
}

function between(term: string, from: string | undefined, to: string | undefined): boolean {
  return (from === undefined || term >= from) && (to === undefined || term <= to);
}

function like(text: string): RegExp {
  const escaped = text.replace(/[\\^$.|?+()[\]{}/-]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 's');
}
