/** What a CQL query asks, as a question of the search engine: never by way of its language. */
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { FieldSearch } from '../../index/analysis/query.ts';
import { exactNames } from '../../search/guide/exact-names.ts';
import { wordOf } from '../../search/query/parse.ts';
import { chain, everything, type Join, leaf, negation, type Query, step } from '../../search/query/tree.ts';
import type { Site } from '../../site/site.ts';
import type { Cql, CqlClause, CqlModifier } from './cql.ts';
import { unescaped } from './cql.ts';
import { Refused } from './diagnostics.ts';
import { findIndex, type Prefixes, standardPrefixes, withPrefix } from './indexes.ts';
import { literalText, plainText, plainWord, type TermWord, termPattern, valuePattern, wordsOf } from './terms.ts';

export interface CqlContext {
  readonly site: Site;
  readonly analyzer: Analyzer;
  readonly baseUrl: string;
}

export interface CqlQuestion {
  readonly query: Query;
  /** A condition asked for the most relevant first. */
  readonly relevant: boolean;
}

/** Conditions that all words in all fields of all clauses make. */
const mostLeaves = 1000;

/** Throws Refused. */
export function questionOf(tree: Cql, context: CqlContext): CqlQuestion {
  const state: State = { ...context, relevant: false, leaves: 0 };
  const query = read(tree, standardPrefixes, state);
  return { query, relevant: state.relevant };
}

interface State extends CqlContext {
  relevant: boolean;
  leaves: number;
}

function read(tree: Cql, prefixes: Prefixes, state: State): Query {
  switch (tree.kind) {
    case 'prefix':
      return read(tree.inner, withPrefix(prefixes, tree, state.baseUrl), state);
    case 'clause':
      return readClause(tree, prefixes, state);
    case 'join':
      break;
  }
  // A row of operators is as deep as it is long: it is walked, not called.
  const joins: { readonly join: Join; readonly right: Cql }[] = [];
  let first: Cql = tree;
  for (; first.kind === 'join'; first = first.left) {
    if (first.operator === 'prox') throw new Refused(39, 'prox');
    const [modifier] = first.modifiers;
    if (modifier !== undefined) throw new Refused(46, modifier.name);
    joins.unshift({ join: first.operator, right: first.right });
  }
  const steps = [step('and', read(first, prefixes, state))];
  for (const { join, right } of joins) steps.push(step(join, read(right, prefixes, state)));
  return chain(steps);
}

type Relation = 'adj' | 'all' | 'any' | 'exact' | 'not' | 'within' | '<' | '>' | '<=' | '>=';

/** By name, without "cql." before it. */
const relations: Readonly<Record<string, Relation>> = {
  '': 'adj',
  '=': 'adj',
  scr: 'adj',
  adj: 'adj',
  '==': 'exact',
  exact: 'exact',
  '<>': 'not',
  all: 'all',
  any: 'any',
  within: 'within',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
};

/** Those of explain. */
export const supportedRelations: readonly string[] = Object.keys(relations).filter((name) => name !== '');
/** What every comparison does anyway, or what can be asked of it. */
export const supportedModifiers = [
  'stem',
  'relevant',
  'masked',
  'unmasked',
  'ignoreCase',
  'ignoreAccents',
  'word',
  'string',
  'isoDate',
  'number',
];

interface Wishes {
  readonly masked: boolean;
  readonly stem: boolean;
  /** The term is a whole value. */
  readonly string: boolean;
}

function bare(name: string): string {
  return unescaped(name)
    .toLowerCase()
    .replace(/^(?:cql|rel)\./, '');
}

function wishesOf(modifiers: readonly CqlModifier[], state: State): Wishes {
  const names = new Set(modifiers.map(({ name }) => bare(name)));
  const supported = new Set(supportedModifiers.map((name) => name.toLowerCase()));
  const unknown = modifiers.find(({ name, comparison }) => !supported.has(bare(name)) || comparison !== '');
  if (unknown !== undefined) throw new Refused(20, unknown.name);
  if (names.has('relevant')) state.relevant = true;
  return { masked: !names.has('unmasked'), stem: names.has('stem'), string: names.has('string') };
}

function readClause(clause: CqlClause, prefixes: Prefixes, state: State): Query {
  const { index, term, modifiers } = clause;
  const name = bare(clause.relation);
  const relation = Object.hasOwn(relations, name) ? relations[name] : undefined;
  if (relation === undefined) throw new Refused(19, clause.relation);
  const wishes = wishesOf(modifiers, state);
  const found = findIndex(state.site, index === '' ? 'cql.serverChoice' : index, prefixes);
  if (found.isAll) return everything;
  const words = wordsOf(term, wishes.masked);
  if (words.length === 0) throw new Refused(27, index);
  const asked: Asked = { words, index: index === '' ? 'cql.serverChoice' : index, relation, wishes };
  switch (relation) {
    case 'any':
    case 'all':
      return chain(
        words.map((word) =>
          step(relation === 'any' ? 'or' : 'and', inFields(found.fields, { ...asked, words: [word] }, state)),
        ),
      );
    case 'not':
      return negation(inFields(found.fields, { ...asked, relation: 'adj' }, state));
    default:
      return inFields(found.fields, asked, state);
  }
}

interface Asked {
  readonly words: readonly TermWord[];
  readonly index: string;
  readonly relation: Relation;
  readonly wishes: Wishes;
}

/** In any of them. A relation that a field does not know asks the others. */
function inFields(fields: readonly string[], asked: Asked, state: State): Query {
  const found: Query[] = [];
  let refused: unknown;
  for (const field of fields) {
    if (++state.leaves > mostLeaves) throw new Refused(38, `more than ${mostLeaves} words in all fields`);
    try {
      found.push(inField(field, asked, state));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused = error;
    }
  }
  if (found.length === 0) throw refused;
  return chain(found.map((query) => step('or', query)));
}

function inField(code: string, asked: Asked, state: State): Query {
  const { words, relation, wishes, index } = asked;
  const { analyzer } = state;
  const field = analyzer.field(code === 'anyfield' ? analyzer.anyField : code);
  const name = code === 'anyfield' ? '' : code;
  if (wishes.stem && state.site.fields.find((one) => one.code === code)?.index?.stem === undefined)
    throw new Refused(20, 'stem');
  if (relation === 'within' || /[<>]/.test(relation)) return span(name, field, asked, isYear(state.site, code));
  if (relation === 'exact' || wishes.string) return whole(name, field, asked, state);
  const text = plainText(words);
  if (text === undefined) return pattern(name, field, words, index);
  const [only] = words;
  // Numbers and dates are built in: they know no phrases.
  if (
    field === undefined ||
    field.numeric ||
    (only !== undefined && words.length === 1 && !field.names && !isWhole(field))
  )
    return wordOf(name, text);
  if (isWhole(field)) return numbered(name, field, text, analyzer);
  if (field.names && words.length === 1 && !/[,.]/.test(text)) return wordOf(name, text);
  if (field.phrase === 'value' && !field.names && field.words !== undefined)
    return leaf({ kind: 'partial', field: name, text });
  return leaf({ kind: 'exact', field: name, text });
}

/** A word of it is a whole number or code, or there are no words. */
function isWhole(field: FieldSearch): boolean {
  return field.whole || field.words === undefined || field.number !== undefined;
}

/** A number as its field writes it, blanks and all; else the whole value. */
function numbered(name: string, field: FieldSearch, text: string, analyzer: Analyzer): Query {
  const number = analyzer.queryNumber?.(field.code, text);
  if (number !== undefined || field.whole) return wordOf(name, number ?? text);
  return leaf({ kind: 'exact', field: name, text });
}

/** The value and nothing else. */
function whole(
  name: string,
  field: FieldSearch | undefined,
  { words, index }: Asked,
  { site, analyzer }: State,
): Query {
  const text = plainText(words);
  if (field === undefined || field.numeric) {
    if (text === undefined || text.includes('*')) throw new Refused(24, index);
    return wordOf(name, text);
  }
  if (isWhole(field) && text !== undefined) return numbered(name, field, text, analyzer);
  if (!field.hasValues) throw new Refused(22, index);
  const of = field.names ? (exactNames(site, field.code)?.code ?? name) : name;
  if (text === undefined || text.includes('*'))
    return leaf({ kind: 'pattern', field: of, text: valuePattern(words, true) });
  return leaf({ kind: 'span', field: of, from: text, to: text, quoted: true });
}

/** With `?`, `^` or a star that is itself: by values where there are any, as they are written. */
function pattern(name: string, field: FieldSearch | undefined, words: readonly TermWord[], index: string): Query {
  if (field === undefined || field.numeric) throw new Refused(24, index);
  if (field.hasValues) return leaf({ kind: 'pattern', field: name, text: valuePattern(words, false) });
  const anchored = words.find(({ begins, ends }) => begins || ends);
  if (anchored !== undefined) throw new Refused(31, index);
  return chain(
    words.map((word) => {
      const text = plainWord(word);
      return step(
        'and',
        text === undefined ? leaf({ kind: 'pattern', field: name, text: termPattern(word) }) : wordOf(name, text),
      );
    }),
  );
}

/** Its words are years, of four digits. */
function isYear(site: Site, code: string): boolean {
  return /year$/.test(site.fields.find((one) => one.code === code)?.index?.tokenizer ?? '');
}

function span(
  name: string,
  field: FieldSearch | undefined,
  { words, relation, index }: Asked,
  hasYears: boolean,
): Query {
  if (words.some(({ begins, ends, pieces }) => begins || ends || pieces.some((piece) => 'mask' in piece)))
    throw new Refused(24, relation);
  const isNumber = field === undefined || field.numeric || hasYears;
  if (!isNumber && !field.hasValues) throw new Refused(22, index);
  const quoted = !isNumber;
  const between = (from: string | undefined, to: string | undefined): Query =>
    leaf({ kind: 'span', field: name, from, to, quoted });
  if (relation === 'within') {
    const [from, to] = words;
    if (from === undefined || to === undefined || words.length > 2) throw new Refused(36, literalText(words));
    return between(literalText([from]), literalText([to]));
  }
  const text = literalText(words);
  if (relation === '<=') return between(undefined, text);
  if (relation === '>=') return between(text, undefined);
  // Whole numbers have a neighbour; of all others the value itself is taken out.
  const number = isNumber && !name.startsWith('date') && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (number !== undefined)
    return relation === '<'
      ? number === 0
        ? negation(everything)
        : between(undefined, String(number - 1))
      : between(String(number + 1), undefined);
  const all = relation === '<' ? between(undefined, text) : between(text, undefined);
  return chain([step('and', all), step('not', between(text, text))]);
}
