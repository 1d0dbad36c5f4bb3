import type { Tokenizer } from '../../site/site.ts';
import { foldText, foldValue } from './fold.ts';
import { nameForms, normaliseName } from './names.ts';

/** Makes terms of one folded value. */
export type Tokenize = (folded: string) => Iterable<string>;

/** What a tokenizer makes of one value, as data. Counts and journal forms need more than one value: see plan.ts. */
export interface TokenizerRule {
  /** Does the text tokenizer make its words? */
  readonly splits: boolean;
  /** Words besides (or instead of) those. */
  readonly words: Tokenize | undefined;
  /** Whole values; undefined when they are simply those of its paths, or it has none. */
  readonly values: Tokenize | undefined;
  /** Its words may not be split when a person types them. */
  readonly whole: boolean;
  /** False when there is nothing to match a phrase with. */
  readonly hasValues: boolean;
}

const itself: Tokenize = (folded) => [foldValue(folded)];
const plain: TokenizerRule = { splits: true, words: undefined, values: undefined, whole: false, hasValues: true };

export const tokenizerRules: Readonly<Record<Tokenizer, TokenizerRule>> = {
  text: plain,
  author: { ...plain, values: nameForms },
  'exact-author': { ...plain, values: (folded) => [normaliseName(folded)] },
  year: { ...plain, words: gluedYears, values: datesOf },
  journal: { splits: false, words: itself, values: itself, whole: true, hasValues: true },
  doi: { splits: false, words: itself, values: itself, whole: true, hasValues: true },
  fulltext: { ...plain, hasValues: false },
  'file-name': { splits: false, words: fileNames, values: fileNames, whole: true, hasValues: true },
  'file-type': { splits: false, words: fileTypes, values: fileTypes, whole: true, hasValues: true },
  'author-count': { splits: false, words: undefined, values: undefined, whole: true, hasValues: true },
  'item-count': { splits: false, words: undefined, values: undefined, whole: true, hasValues: true },
};

export function countsValues(tokenizer: Tokenizer | undefined): boolean {
  return tokenizer === 'author-count' || tokenizer === 'item-count';
}

export function holdsNames(tokenizer: Tokenizer | undefined): boolean {
  return tokenizer === 'author' || tokenizer === 'exact-author';
}

/** The date as written, and its years. */
function datesOf(folded: string): Iterable<string> {
  return new Set([foldValue(folded), ...yearsOf(folded)]);
}

const year = /(?<!\d)[12]\d{3}(?!\d)/g;

/** Four-digit years of a value: "c1999.", "1996-2001", "2010-03". */
export function yearsOf(text: string): readonly string[] {
  return text.match(year) ?? [];
}

/** Years that the text tokenizer does not give since letters touch them: "c1999". */
function gluedYears(folded: string): readonly string[] {
  return folded.match(/(?<=[a-z])[12]\d{3}(?![\da-z])|(?<!\d)[12]\d{3}(?=[a-z])/g) ?? [];
}

const address = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Does the value only point to a text? Its own words are not the text's. */
export function isAddress(value: string): boolean {
  return address.test(value);
}

/** A name with more parts has its first ones and the whole: each part makes a term as long as all before it. */
const maximumNameParts = 20;

/** "http://x.org/a/thesis.ps.gz?v=1" -> "thesis", "thesis.ps", "thesis.ps.gz". */
function fileNames(folded: string): readonly string[] {
  const name = lastPathPart(folded);
  const parts = name.split('.', maximumNameParts + 1);
  if (parts.length < 2) return [];
  const names = parts.slice(0, maximumNameParts).map((_, at) => parts.slice(0, at + 1).join('.'));
  return parts.length > maximumNameParts ? [...names, name] : names;
}

/** "http://x.org/a/thesis.ps.gz" -> "ps", "ps.gz". */
function fileTypes(folded: string): readonly string[] {
  return fileNames(folded)
    .slice(1)
    .map((name) => name.slice(name.indexOf('.') + 1));
}

function lastPathPart(folded: string): string {
  const path = foldValue(folded)
    .replace(address, '//')
    .replace(/[?#].*$/s, '');
  const at = path.lastIndexOf('/');
  // A bare host, "http://cern.ch", names no file.
  return at === 1 && path.startsWith('//') ? '' : path.slice(at + 1);
}

/**
 * "Phys. Lett., B 151 (1985) 357" of title, volume, year and page; undefined unless all four are there. The last page
 * is left out.
 */
export function journalForm(value: (code: string) => string | undefined): string | undefined {
  const title = value('p');
  const volume = value('v');
  const when = value('y');
  const page = value('c')?.split('-')[0];
  if (!title || !volume || !when || !page) return undefined;
  return foldText(`${title} ${volume} (${when}) ${page}`);
}
