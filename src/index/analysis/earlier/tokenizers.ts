import { fileNames, fileTypes } from './files.ts';
import { foldValue } from './fold.ts';
import { journalForm } from './journal.ts';
import { nameForms, normaliseName } from './names.ts';
import { datesOf, gluedYears } from './years.ts';

/** Makes terms of one folded value. */
export type Tokenize = (folded: string) => Iterable<string>;

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
  /** Its words may not be split when a person types them. */
  readonly whole: boolean;
  /** False when there is nothing to match a phrase with. */
  readonly hasValues: boolean;
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

const itself: Tokenize = (folded) => [foldValue(folded)];
const plain = { splits: true, whole: false, hasValues: true } as const;
const entire = { splits: false, whole: true, hasValues: true } as const;
const fileAddress = ['856%%u'];

const table = {
  text: {
    ...plain,
    makes: 'words without capitals and accents; a block with punctuation also by its parts',
    example: '`hep-ph/0204133` also by `hep`, `ph`, `0204133`',
  },
  author: {
    ...plain,
    values: nameForms,
    names: 'forms',
    makes: 'words, and the forms in which a name is asked for',
    example: '`Ellis, John R` also by `Ellis, J`, `J Ellis`, `Ellis, R`',
  },
  'exact-author': {
    ...plain,
    values: (folded) => [normaliseName(folded)],
    names: 'exact',
    makes: 'words, and the name as written; dots and dashes are blanks',
    example: '`Ellis, J.-R.` by `Ellis, J R` only',
  },
  'author-count': {
    ...entire,
    counts: true,
    makes: 'how many values the paths have',
    example: 'two authors: `authorcount:2`',
  },
  year: {
    ...plain,
    words: gluedYears,
    values: datesOf,
    makes: 'words, years with letters at them, and the date as written',
    example: '`c1999.` by `1999`',
  },
  journal: {
    ...entire,
    words: itself,
    values: itself,
    ofField: journalForm,
    makes: 'the whole value as one word; and p, v, y, c of one field together',
    example: '`Phys. Lett., B 151 (1985) 357`',
  },
  doi: {
    ...entire,
    words: itself,
    values: itself,
    makes: 'the whole value as one word',
    example: '`10.1016/0370-2693(85)90357-4`',
  },
  fulltext: {
    ...plain,
    hasValues: false,
    makes: 'words only, no whole values; the address of a file gives none',
    example: '`"dark matter"` is always adjacent words',
  },
  'file-name': {
    ...entire,
    words: fileNames,
    values: fileNames,
    standardPaths: fileAddress,
    makes: 'names of files; reads `856%%u` when no paths are said',
    example: '`/a/thesis.ps.gz` by `thesis`, `thesis.ps`, `thesis.ps.gz`',
  },
  'file-type': {
    ...entire,
    words: fileTypes,
    values: fileTypes,
    standardPaths: fileAddress,
    makes: 'their endings; paths likewise',
    example: '`/a/thesis.ps.gz` by `ps`, `ps.gz`',
  },
  'item-count': {
    ...entire,
    counts: true,
    standardPaths: [],
    makes: 'how many values the paths have; without paths it is 0',
    example: 'no copies: `itemcount:0`',
  },
} as const satisfies Readonly<Record<string, TokenizerRule>>;

/** For a field that may have none. A tokenizer that has come since is text. */
export function ruleOf(tokenizer: string | undefined): TokenizerRule | undefined {
  if (tokenizer === undefined) return undefined;
  const known: Readonly<Record<string, TokenizerRule>> = table;
  return known[tokenizer] ?? table.text;
}
