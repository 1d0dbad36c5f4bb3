import type { FieldDefinition, Site } from '../../site/site.ts';
import { expandLetters, foldText, foldValue, stripLatexAccents } from '../../tokenizers/fold.ts';
import { normaliseName } from '../../tokenizers/names.ts';
import type { NumberForms } from '../../tokenizers/numbers.ts';
import { ruleOf } from '../../tokenizers/tokenizers.ts';
import { valueForm } from '../../tokenizers/value-form.ts';
import { hasComposed, hasOwnValues, unionParts, wordOwner } from './plan.ts';
import { inSpellings, shortenedSpellings, withApostrophes } from './spellings.ts';
import { type Stemmer, stemmerFor } from './stem.ts';
import { compileSynonyms, type Synonyms } from './synonyms.ts';
import { bareWord, createWordBuffer, isUnspaced, maximumWordLength, splitWords, wordAt } from './words.ts';

/** What the tokenizers make of typed text. */
export interface QuerySide {
  /** How a field is searched; undefined for a code the site does not have. */
  field(code: string): FieldSearch | undefined;
  /** The field searched when a query names none. */
  readonly anyField: string;
  /**
   * Those of a segment's `spaces` in which the whole values of this field are: unite what is found
   * in each.
   */
  valueSpaces(code: string, spaces: readonly string[]): readonly string[];
  /**
   * Those of a segment's `spaces` that a MARC path of a query means: "245__a", "245" and "24%"
   * (prefixes), "245%a".
   */
  pathSpaces(path: string, spaces: readonly string[]): readonly string[];

  /**
   * Typed words as they stand in "w:CODE". The outer list is AND; the inner list is words that
   * stand next to each other, nearly always one: "hep-ph/0204133" is the one word that the index
   * has, whereas 物理学报 is four adjacent ones. A "*" stays where it is, as part of its word (stemming
   * looks at what is before a last "*"). A journal's or DOI's text is always one word.
   */
  queryWords(code: string, text: string): readonly (readonly string[])[];
  /**
   * The same with all that each word may be in "w:CODE": one of the texts for each, of which any
   * will do: qur'an is "quran", or "qur" before "an"; für also "fuer". A union holds words as its
   * parts made them, stemmed or not: "Ellis" is "elli" of a title, and "ellis" of a name.
   */
  queryForms(code: string, text: string): readonly (readonly (readonly string[])[])[];
  /**
   * The alphanumeric groups of a phrase, to be found at consecutive positions of "w:CODE". A "*"
   * stays part of its group.
   */
  queryPhrase(code: string, text: string): readonly string[];
  /** The same for each way in which the words of a value may have been made: any will do. */
  queryPhrases(code: string, text: string): readonly (readonly string[])[];
  /**
   * A whole value as it stands in `valueSpaces(code)`: folded, author names normalised. "*" is left
   * alone.
   */
  queryValue(code: string, text: string): string;
  /** A whole value as it stands in `pathSpaces`. */
  pathValue(path: string, text: string): string;
  /**
   * The one number (ISBN, ISSN, DOI, OCLC) that the whole text is, blanks and all, as a word of
   * this field: "ISBN 978 0 306 40615 7". Undefined when it may be something else.
   */
  queryNumber?(code: string, text: string): string | undefined;
  /**
   * Other texts that a whole value of a field may be written as: with ü as "ue" and its like,
   * either way. Without a field, ü as "ue" only: "ae" may be part of a number. Undefined for an
   * analysis that knows none.
   */
  readonly valueSpellings?: (code: string | undefined, text: string) => readonly string[];
  /**
   * Other texts that mean the same in this field (journal: "PHRVD 54" -> "Phys. Rev., D 54"), to be
   * searched beside
   * `text`.
   */
  querySynonyms(code: string, text: string): readonly string[];
}

export interface FieldSearch {
  readonly code: string;
  /**
   * "w:CODE", of this field or of one with the same words; undefined for a field without index,
   * which is matched by whole value only.
   */
  readonly words: string | undefined;
  /** What a quoted phrase means: adjacent words of `words`, or a whole value. */
  readonly phrase: 'adjacent' | 'value';
  /**
   * Its values are names of people: phrases are name forms, and a comma, dot or blank makes a
   * phrase of a word.
   */
  readonly names: boolean;
  /** Typed text is one word, blanks and all (journal, DOI). */
  readonly whole: boolean;
  /** Its values are counts: spans and "50+" compare numbers. */
  readonly numeric: boolean;
  /**
   * False: there are no values (fulltext): quoted text and regular expressions are matched on
   * words.
   */
  readonly hasValues: boolean;
  /** Its values are numbers that are written in many ways, ... */
  readonly number?: NumberForms | undefined;
  /** ... and stand in an order of their own, that of the shelf: spans are spans of values. */
  readonly shelved?: boolean;
}

interface QueryField extends FieldSearch {
  readonly whole: boolean;
  /** Of the fields that a union joins. */
  readonly numbers: readonly NumberForms[];
  readonly normalises: boolean;
  readonly stemmer: Stemmer | undefined;
  /** Its own, and those of the fields whose words a union joins. */
  readonly stemmers: readonly (Stemmer | undefined)[];
  readonly synonyms: Synonyms | undefined;
  /** Spaces of its own. */
  readonly ownSpaces: ReadonlySet<string>;
  /** Does a "m:" space hold some of its values? */
  readonly holds: (space: string) => boolean;
}

/** The hard sign, and gershayim, as keyboards have them. */
const innerQuote = /(?<=\p{L})"(?=\p{L})/gu;
/** Not the s of "newton's", which stands beside too many words. */
const endsInPiece = /[\p{L}\p{N}]['`][\p{L}\p{N}\p{M}]{2}/u;

/** A letter to the tokenizer, in place of "*", which is a separator to it. */
const wildcard = '\ue000';

/** What the tokenizers make of typed text: the query side of an Analyzer. */
export function compileQuerySide(site: Site): QuerySide {
  const fields = new Map(site.fields.map((field) => [field.code, compileField(site, field)]));
  const buffer = createWordBuffer();
  const spacesOf = new WeakMap<readonly string[], Map<string, readonly string[]>>();

  function split(text: string, collect: 'blocks' | 'groups'): string[] {
    const folded = stripLatexAccents(foldText(text));
    splitWords(collect === 'groups' ? folded.replaceAll('*', wildcard) : folded, buffer, collect);
    const words = Array.from({ length: buffer.count }, (_, at) => wordAt(buffer, at));
    return collect === 'groups' ? words.map((word) => word.replaceAll(wildcard, '*')) : words;
  }

  /**
   * Whole fields have their text as one word, others each typed word in the ways it may be written.
   */
  function typedWords(code: string, text: string): readonly (readonly (readonly string[])[])[] {
    const field = fields.get(code);
    if (field?.whole) {
      const value = field.number?.word(text) ?? valueForm(text);
      return value === '' ? [] : [[[value.slice(0, maximumWordLength)]]];
    }
    return inSpellings(text, (spelling) => split(spelling, 'blocks').map(waysOf));
  }

  /** How a typed word may stand in the index; the first is that of most records. */
  function waysOf(word: string): readonly (readonly string[])[] {
    const hasStar = word.includes('*');
    if (isUnspaced(word) && !hasStar) return [split(word, 'groups')];
    const bare = bareWord(word.replace(innerQuote, "'"));
    if (bare === word || bare === '' || /['`]\*/.test(word)) return [[word]];
    if (hasStar) return [[bare], [word]];
    const pieces = endsInPiece.test(word) ? split(word.replace(/['`]/g, ' '), 'groups') : [];
    return [...(word.includes('"') ? [[word], [bare]] : [[bare]]), ...(pieces.length > 1 ? [pieces] : [])];
  }

  /** The groups of a phrase in each way in which they may be written. */
  function phraseWays(text: string): readonly (readonly string[])[] {
    const ways: (readonly string[])[] = [];
    for (const spelling of [text, expandLetters(text)]) {
      if (spelling === undefined) continue;
      const folded = foldText(spelling);
      const groups = split(folded, 'groups');
      ways.push(groups);
      const joined = folded.replace(innerQuote, "'");
      if (joined !== folded) ways.push(split(joined, 'groups'));
      const spaced = folded.replace(/['`]/g, ' ');
      if (spaced !== folded) ways.push(split(spaced, 'groups'));
      ways.push(...withApostrophes(spaced.trim().split(/\s+/), (block) => split(block, 'groups')));
    }
    return ways;
  }

  /** The same with what each word may be as a number that is written in another way. */
  function typedForms(code: string, text: string): readonly (readonly (readonly string[])[])[] {
    const field = fields.get(code);
    const forms = typedWords(code, text).map((ways) => formsOf(ways, field));
    if (field === undefined || field.whole) return forms;
    const numbers = numbersOf(field, text).map((number) => [number]);
    const [only = [], ...others] = forms;
    if (numbers.length === 0) return forms;
    return [others.length === 0 ? [...only, ...numbers.filter(([number]) => !has(only, number))] : numbers];
  }

  /** Filters space names once for each segment and question. */
  function select(key: string, spaces: readonly string[], keep: (space: string) => boolean): readonly string[] {
    let known = spacesOf.get(spaces);
    if (known === undefined || known.size > 1000) {
      known = new Map();
      spacesOf.set(spaces, known);
    }
    let found = known.get(key);
    if (found === undefined) {
      found = spaces.filter(keep);
      known.set(key, found);
    }
    return found;
  }

  return {
    anyField: anyFieldOf(site),
    field: (code) => fields.get(code),
    valueSpaces(code, spaces) {
      const field = fields.get(code);
      if (field === undefined || !field.hasValues) return [];
      return select(`v:${code}`, spaces, (space) => field.ownSpaces.has(space) || field.holds(space));
    },
    pathSpaces(path, spaces) {
      return select(`m:${path}`, spaces, matchSpace(path));
    },
    queryWords: (code, text) => typedWords(code, text).map(([words = []]) => stemmed(words, fields.get(code)?.stemmer)),
    queryForms: typedForms,
    queryPhrase: (code, text) => stemmed(split(text, 'groups'), fields.get(code)?.stemmer),
    queryPhrases(code, text) {
      const field = fields.get(code);
      const forms = formsOf(phraseWays(text), field);
      const numbers = (field?.numbers ?? []).map((one) =>
        (one.quoted ?? one.anywhere)(text)?.slice(0, maximumWordLength),
      );
      const others = numbers.filter((number) => number !== undefined && !has(forms, number)).map((number) => [number!]);
      return others.length === 0 ? forms : [...forms, ...others];
    },
    queryValue(code, text) {
      const field = fields.get(code);
      const number = field?.number === undefined ? undefined : (field.number.value ?? field.number.word)(text);
      return number ?? valueForm(field?.normalises ? normaliseName(foldText(text)) : text);
    },
    valueSpellings(code, text) {
      const expanded = expandLetters(text) ?? [];
      const field = code === undefined ? undefined : fields.get(code);
      return [expanded, field === undefined || field.whole ? [] : shortenedSpellings(foldText(text))].flat();
    },
    queryNumber(code, text) {
      const field = fields.get(code);
      return field === undefined ? undefined : numbersOf(field, text)[0];
    },
    pathValue: (path, text) => (path.length === 3 && path < '010' ? foldValue(text) : valueForm(text)),
    querySynonyms(code, text) {
      return fields.get(code)?.synonyms?.(foldValue(text)) ?? [];
    },
  };
}

function compileField(site: Site, field: FieldDefinition): QueryField {
  const { code, index } = field;
  const rule = ruleOf(index?.tokenizer);
  const parts = [field, ...site.fields.filter((part) => unionParts(site, code).has(part.code))];
  const borrowing = parts.filter((part) => !hasOwnValues(part) && hasValues(part));
  const matchers = borrowing.flatMap((part) => part.paths.map(matchSpace));
  return {
    code,
    words: index === undefined ? undefined : `w:${wordOwner(site, field)}`,
    phrase: index?.pairs ? 'adjacent' : 'value',
    names: rule?.names !== undefined,
    numeric: rule?.counts === true,
    hasValues: parts.some(hasValues),
    whole: rule?.whole ?? false,
    number: rule?.number,
    shelved: rule?.number?.value !== undefined,
    numbers: parts.filter((part) => part !== field).flatMap((part) => ruleOf(part.index?.tokenizer)?.number ?? []),
    normalises: rule?.names !== undefined,
    stemmer: stemmerOf(field),
    stemmers: [...new Set([field, ...parts.filter(hasWords)].map(stemmerOf))],
    synonyms: compileSynonyms(site, index?.querySynonyms),
    ownSpaces: new Set([
      ...parts.filter(hasOwnValues).map((part) => `v:${part.code}`),
      ...parts.filter(hasComposed).map((part) => `c:${part.code}`),
    ]),
    holds: (space) => matchers.some((matches) => matches(space)),
  };
}

/**
 * What the whole text may be in this field as a number. Of several words only what surely is one.
 */
function numbersOf({ number, numbers }: QueryField, text: string): readonly string[] {
  const own = /\s/.test(text.trim()) ? number?.anywhere(text) : number?.word(text);
  const found = [own, ...numbers.map((one) => one.anywhere(text))];
  return [...new Set(found.flatMap((one) => one?.slice(0, maximumWordLength) ?? []))];
}

function has(forms: readonly (readonly string[])[], word: string | undefined): boolean {
  return forms.some((form) => form.length === 1 && form[0] === word);
}

function hasWords({ index }: FieldDefinition): boolean {
  return index !== undefined && index.union.length === 0;
}

function stemmerOf({ index }: FieldDefinition): Stemmer | undefined {
  return index?.stem === undefined ? undefined : stemmerFor(index.stem);
}

function stemmed(words: readonly string[], stemmer: Stemmer | undefined): readonly string[] {
  return words.map((word) => stemPattern(word, stemmer));
}

/** Different ones; of two patterns that begin alike the one that takes more. */
function formsOf(ways: readonly (readonly string[])[], field: QueryField | undefined): readonly (readonly string[])[] {
  const forms = new Map(
    ways.flatMap((words) =>
      (field?.stemmers ?? [undefined]).map((stemmer) => {
        const form = stemmed(words, stemmer);
        return [form.join(' '), form] as const;
      }),
    ),
  );
  if (forms.size === 1) return [...forms.values()];
  const patterns = [...forms.keys()].filter((text) => text.endsWith('*'));
  const isTaken = (text: string): boolean =>
    text.endsWith('*') && patterns.some((other) => other !== text && text.startsWith(other.slice(0, -1)));
  return [...forms].flatMap(([text, form]) => (isTaken(text) ? [] : [form]));
}

function hasValues(field: FieldDefinition): boolean {
  return ruleOf(field.index?.tokenizer)?.hasValues !== false;
}

/**
 * Does a MARC path mean the values of "m:245__a"? Rules as in marc/path.ts; what cuts characters
 * has a space of its own.
 */
function matchSpace(path: string): (space: string) => boolean {
  if (path.includes('/')) return () => false;
  const isPrefix = path.length < 6 || path.endsWith('%');
  const codes = [...path.replace(/%$/, '')];
  return (space) => {
    if (!space.startsWith('m:')) return false;
    const isControl = space.length === 5;
    const place = isControl ? `${space.slice(2)}__` : space.slice(2);
    if (isControl ? codes.length > 5 : !isPrefix && place.length !== codes.length) return false;
    // A subfield code in capitals is a slip, as in marc/path.ts.
    return codes.every((code, at) => code === '%' || code === '*' || same(code, place[at]!, at === 5));
  };
}

function same(a: string, b: string, anyCase: boolean): boolean {
  return a === b || (anyCase && a.toLowerCase() === b.toLowerCase());
}

/**
 * Stems a word; of "experiments*" what is before the "*". With a "*" elsewhere there is no telling
 * where the word ends.
 */
function stemPattern(word: string, stemmer: Stemmer | undefined): string {
  if (stemmer === undefined) return word;
  const star = word.indexOf('*');
  if (star === -1) return stemmer(word);
  return star === word.length - 1 ? `${stemmer(word.slice(0, -1))}*` : word;
}

function anyFieldOf(site: Site): string {
  const named =
    site.fields.find((field) => field.code === 'anyfield') ?? site.fields.find((field) => field.index?.union.length);
  return (named ?? site.fields.find((field) => field.index !== undefined))?.code ?? 'anyfield';
}
