import { fileNames, fileTypes } from './files.ts';
import { journalForm } from './journal.ts';
import { nameForms, normaliseName } from './names.ts';
import {
  type Coded,
  callNumber,
  callNumbersIn,
  callNumberWords,
  doi,
  doiForms,
  isbn,
  isbnValues,
  isbnWords,
  issn,
  issnValues,
  issnWords,
  type NumberForms,
  oclc,
  oclcValues,
  oclcWords,
  reportNumber,
  reportNumberForms,
} from './numbers.ts';
import { valueForm } from './value-form.ts';
import { datesOf, gluedYears } from './years.ts';

/** Makes terms of one folded value. */
export type Tokenize = (folded: string) => Iterable<string>;

/** What may be read of a whole record: see description/. */
export type ReadOfRecord = 'year' | 'language' | 'material';

/** What a tokenizer makes, as data. */
export interface TokenizerRule {
  /** For the manual: what it makes, and of what. */
  readonly makes: string;
  readonly example: string;
  /** Does the text tokenizer make its words? */
  readonly splits: boolean;
  /** Words besides (or instead of) those. */
  readonly words?: Tokenize;
  /** Whole values, where they are not simply those of its paths. */
  readonly values?: Tokenize;
  /** One more word and value, of the subfields of one field; undefined when they give none. */
  readonly ofField?: (value: (code: string) => string | undefined) => string | undefined;
  /**
   * Texts of the subfields of one field that its paths take, of which each makes words and a value.
   */
  readonly ofSubfields?: (subfields: readonly Coded[]) => readonly string[];
  /** Words and values of such a text. */
  readonly joinedWords?: Tokenize;
  readonly joinedValues?: Tokenize;
  /** Its values are numbers that are written in many ways. */
  readonly number?: NumberForms;
  /** Its words may not be split when a person types them. */
  readonly whole: boolean;
  /** False when there is nothing to match a phrase with. */
  readonly hasValues: boolean;
  /** A value (and word) besides, which is read of the whole record. */
  readonly ofRecord?: ReadOfRecord;
  /** Is what it makes the number of values? */
  readonly counts?: true;
  /**
   * Are the values names of people, whose dots and dashes are blanks? `forms`: are other forms of a
   * name found too?
   */
  readonly names?: 'forms' | 'exact';
  /** What it reads when the site file says no paths; undefined: they must be said. */
  readonly standardPaths?: readonly string[];
}

const itself: Tokenize = (folded) => [valueForm(folded)];
const plain = { splits: true, whole: false, hasValues: true } as const;
const entire = { splits: false, whole: true, hasValues: true } as const;
const fileAddress = ['856%%u'];

const table = {
  text: {
    ...plain,
    makes: 'words without capitals and accents; for text with punctuation inside, also its parts',
    example: '`hep-ph/0204133` also by `hep`, `ph`, `0204133`',
  },
  author: {
    ...plain,
    values: nameForms,
    names: 'forms',
    makes: 'words, and the forms in which people type a name',
    example: '`Ellis, John R` also by `Ellis, J`, `J Ellis`, `Ellis, R`',
  },
  'exact-author': {
    ...plain,
    values: (folded) => [normaliseName(folded)],
    names: 'exact',
    makes: 'words, and the name as written; dots and dashes are read as spaces',
    example: '`Ellis, J.-R.` by `Ellis, J R` only',
  },
  'author-count': {
    ...entire,
    counts: true,
    makes: 'the number of values that the paths have',
    example: 'two authors: `authorcount:2`',
  },
  year: {
    ...plain,
    words: gluedYears,
    values: datesOf,
    makes: 'words, years with letters attached, and the date as written',
    example: '`c1999.` by `1999`',
  },
  'work-year': {
    ...plain,
    words: gluedYears,
    values: datesOf,
    ofRecord: 'year',
    makes: 'the same, and the year by which the record is dated, in any field',
    example: '773 `$g` "Bd. 12 (2001), S. 45" by `2001`',
  },
  language: {
    ...entire,
    ofRecord: 'language',
    standardPaths: [],
    makes: 'the languages of the text, as coded; reads 041 and 008 if no paths are given',
    example: '`engfre` by `eng` and `fre`',
  },
  material: {
    ...entire,
    ofRecord: 'material',
    standardPaths: [],
    makes: 'the kind of material; reads 980, the leader, 008 and 502 if no paths are given',
    example: 'a score: `material:score`',
  },
  journal: {
    ...entire,
    words: itself,
    values: itself,
    ofField: journalForm,
    makes: 'the whole value as one word; also p, v, y, c of one field together',
    example: '`Phys. Lett., B 151 (1985) 357`',
  },
  doi: {
    ...entire,
    words: doiForms,
    values: doiForms,
    number: doi,
    makes: 'a DOI as one word, without a prefix and in lower case; any other value as a whole',
    example: '`https://doi.org/10.1016/0370-2693(85)90357-4` by `10.1016/0370-2693(85)90357-4`, and vice versa',
  },
  isbn: {
    ...entire,
    words: isbnWords,
    values: isbnValues,
    number: isbn,
    makes: 'each ISBN of the value, without hyphens, with thirteen digits and with ten; any other value as a whole',
    example: '`0-306-40615-2 (pbk.)` by `0306406152`, `978-0-306-40615-7`, `978*`',
  },
  issn: {
    ...entire,
    words: issnWords,
    values: issnValues,
    number: issn,
    makes: 'each ISSN of the value, with and without its hyphen; any other value as a whole',
    example: '`ISSN 0317-8471` by `0317-8471`, `03178471`, `0317*`',
  },
  oclc: {
    ...entire,
    words: oclcWords,
    values: oclcValues,
    number: oclc,
    makes: 'an OCLC number without its prefix and leading zeros; numbers of other systems are ignored',
    example: '`(OCoLC)ocm00012345` by `12345`, `ocm00012345`',
  },
  'report-number': {
    ...plain,
    words: reportNumberForms,
    values: reportNumberForms,
    number: reportNumber,
    makes: 'words, and the whole number with one dash between its parts; arXiv numbers without a version',
    example: '`CERN-TH.4036/85` by `CERN-TH-4036-85`, `CERN`, `4036`',
  },
  'call-number': {
    ...plain,
    values: () => [],
    ofSubfields: callNumbersIn,
    joinedWords: callNumberWords,
    joinedValues: (folded) => [callNumber.value?.(folded) ?? ''],
    number: callNumber,
    makes:
      'words of a call number or shelf mark, with and without spaces between its parts; values are in shelf order. `$a $b`, `$k $h $i $m` or `$j` of a field form one call number',
    example: '`QC174.12 .G74 2005` by `QC 174.12 G74 2005`, `QC174*`',
  },
  fulltext: {
    ...plain,
    hasValues: false,
    makes: 'words only, no whole values; the address of a file gives no words',
    example: '`"dark matter"` is always adjacent words',
  },
  'file-name': {
    ...entire,
    words: fileNames,
    values: fileNames,
    standardPaths: fileAddress,
    makes: 'names of files; reads `856%%u` if no paths are given',
    example: '`/a/thesis.ps.gz` by `thesis`, `thesis.ps`, `thesis.ps.gz`',
  },
  'file-type': {
    ...entire,
    words: fileTypes,
    values: fileTypes,
    standardPaths: fileAddress,
    makes: 'endings of file names; reads the same paths',
    example: '`/a/thesis.ps.gz` by `ps`, `ps.gz`',
  },
  'item-count': {
    ...entire,
    counts: true,
    standardPaths: [],
    makes: 'the number of values that the paths have; 0 if there are no paths',
    example: 'no copies: `itemcount:0`',
  },
} as const satisfies Readonly<Record<string, TokenizerRule>>;

/** The names that a site file may say. */
export type Tokenizer = keyof typeof table;

export const tokenizerNames = Object.keys(table) as readonly Tokenizer[];

/** THE table of tokenizers. The site file, the index, questions and the manual read it. */
export const tokenizers: Readonly<Record<Tokenizer, TokenizerRule>> = table;

/** For a field that may have none. */
export function ruleOf(tokenizer: Tokenizer | undefined): TokenizerRule | undefined {
  return tokenizer === undefined ? undefined : tokenizers[tokenizer];
}
