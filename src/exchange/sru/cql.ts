/**
 * CQL 1.2 (the grammar of the Library of Congress, and of OASIS searchRetrieve part 5): its text as
 * a tree, and the tree as text. What names and terms mean is not known here.
 */
import { Refused } from './diagnostics.ts';

export type Cql = CqlClause | CqlJoin | CqlPrefix;

export interface CqlClause {
  readonly kind: 'clause';
  /** As written, "dc.title"; '' with a term alone. */
  readonly index: string;
  /** As written; '' with a term alone. */
  readonly relation: string;
  readonly modifiers: readonly CqlModifier[];
  /** As between quotation marks: with the backslashes that make `* ? ^ "` themselves. */
  readonly term: string;
}

/** Of equal rank, from left to right. */
export interface CqlJoin {
  readonly kind: 'join';
  readonly operator: 'and' | 'or' | 'not' | 'prox';
  readonly modifiers: readonly CqlModifier[];
  readonly left: Cql;
  readonly right: Cql;
}

/** `> dc = "info:srw/context-sets/1/dc-v1.1" title = fish` */
export interface CqlPrefix {
  readonly kind: 'prefix';
  /** '' is the set of names without one. */
  readonly name: string;
  readonly identifier: string;
  readonly inner: Cql;
}

export interface CqlModifier {
  readonly name: string;
  /** '' when there is no value. */
  readonly comparison: string;
  readonly value: string;
}

export interface CqlSortKey {
  readonly index: string;
  readonly modifiers: readonly CqlModifier[];
}

export interface CqlQuery {
  readonly query: Cql;
  readonly sort: readonly CqlSortKey[];
}

/** Parentheses and prefixes inside each other. */
const deepest = 100;
/** Each is a look at the index. */
const mostClauses = 200;

type Token =
  | { readonly kind: 'sign'; readonly text: string; readonly at: number }
  /** `quoted`: it stood in quotation marks, and is no operator then. */
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean; readonly at: number };

const comparisons: ReadonlySet<string> = new Set(['=', '==', '<', '>', '<=', '>=', '<>']);
const operators = ['and', 'or', 'not', 'prox'] as const;

/** Throws Refused with what is wrong, and where. */
export function parseCql(text: string): CqlQuery {
  const tokens = lex(text);
  let next = 0;
  let clauses = 0;

  const signAt = (place: number): string | undefined => {
    const token = tokens[place];
    return token?.kind === 'sign' ? token.text : undefined;
  };
  const plainAt = (place: number): string | undefined => {
    const token = tokens[place];
    return token?.kind === 'word' && !token.quoted ? token.text.toLowerCase() : undefined;
  };
  const operatorAt = (place: number) => operators.find((one) => one === plainAt(place));
  const wrong = (wanted: string): Refused => {
    const token = tokens[next];
    const found = token === undefined ? 'the end' : `"${token.text.slice(0, 40)}" at character ${token.at + 1}`;
    return new Refused(10, `${wanted} is missing before ${found}`);
  };
  const take = (wanted: string): string => {
    const token = tokens[next];
    if (token?.kind !== 'word') throw wrong(wanted);
    next++;
    return token.text;
  };
  const required = (sign: string): void => {
    if (signAt(next) !== sign) throw wrong(`"${sign}"`);
    next++;
  };

  function readQuery(depth: number): Cql {
    if (depth > deepest) throw new Refused(38, `more than ${deepest} parentheses inside each other`);
    if (signAt(next) === '>') return readPrefix(depth);
    let left = readClause(depth);
    for (let operator = operatorAt(next); operator !== undefined; operator = operatorAt(next)) {
      next++;
      const modifiers = readModifiers();
      left = { kind: 'join', operator, modifiers, left, right: readClause(depth) };
    }
    return left;
  }

  function readPrefix(depth: number): Cql {
    next++;
    const first = take('A prefix or an identifier');
    if (signAt(next) !== '=')
      return { kind: 'prefix', name: '', identifier: unescaped(first), inner: readQuery(depth + 1) };
    next++;
    const identifier = unescaped(take('An identifier'));
    return { kind: 'prefix', name: first, identifier, inner: readQuery(depth + 1) };
  }

  function readClause(depth: number): Cql {
    if (signAt(next) === '(') {
      next++;
      const inner = readQuery(depth + 1);
      required(')');
      return inner;
    }
    if (++clauses > mostClauses) throw new Refused(38, `more than ${mostClauses} conditions`);
    const term = take('A term');
    const sign = signAt(next);
    if (sign !== undefined && comparisons.has(sign)) {
      next++;
      return rest(term, sign);
    }
    const token = tokens[next];
    // A word that joins, or ends the query, is no relation.
    if (token?.kind !== 'word' || token.quoted || operatorAt(next) !== undefined || plainAt(next) === 'sortby')
      return { kind: 'clause', index: '', relation: '', modifiers: [], term };
    next++;
    return rest(term, token.text);
  }

  function rest(index: string, relation: string): Cql {
    const modifiers = readModifiers();
    return { kind: 'clause', index, relation, modifiers, term: take('A term') };
  }

  function readModifiers(): readonly CqlModifier[] {
    const modifiers: CqlModifier[] = [];
    while (signAt(next) === '/') {
      next++;
      const name = take('A modifier');
      const comparison = signAt(next);
      if (comparison === undefined || !comparisons.has(comparison)) {
        modifiers.push({ name, comparison: '', value: '' });
        continue;
      }
      next++;
      modifiers.push({ name, comparison, value: take('The value of a modifier') });
    }
    return modifiers;
  }

  function readSort(): readonly CqlSortKey[] {
    if (plainAt(next) !== 'sortby') return [];
    next++;
    const keys: CqlSortKey[] = [];
    do keys.push({ index: take('An index to sort by'), modifiers: readModifiers() });
    while (tokens[next]?.kind === 'word');
    return keys;
  }

  const query = readQuery(0);
  const sort = readSort();
  if (next < tokens.length) throw wrong('An operator');
  return { query, sort };
}

const space = /\s+/uy;
const sign = /<=|>=|<>|==|[()=<>/]/y;
/** A backslash takes the character behind it with it. */
const quotation = /"((?:[^"\\]|\\.)*)"/suy;
const word = /(?:\\.|[^\s()=<>"/\\])+/suy;

function lex(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const blank = match(space);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const signs = match(sign);
    if (signs !== null) tokens.push({ kind: 'sign', text: signs[0], at });
    const quoted = signs === null ? match(quotation) : null;
    if (quoted !== null) tokens.push({ kind: 'word', text: quoted[1]!, quoted: true, at });
    const plain = signs === null && quoted === null ? match(word) : null;
    if (plain !== null) tokens.push({ kind: 'word', text: plain[0], quoted: false, at });
    const found = signs ?? quoted ?? plain;
    if (found === null) {
      const what = text[at] === '"' ? 'is not closed' : 'has nothing behind it';
      throw new Refused(10, `the ${text[at] === '"' ? 'quotation mark' : 'backslash'} at character ${at + 1} ${what}`);
    }
    at += found[0].length;
  }
  return tokens;
}

/** A text in which backslashes make nothing special. */
export function unescaped(text: string): string {
  return text.replace(/\\(.)/gsu, '$1');
}

/** Parsing it again gives the same tree. */
export function printCql({ query, sort }: CqlQuery): string {
  const keys = sort.map(({ index, modifiers }) => ` ${quoted(index)}${printModifiers(modifiers)}`);
  return printTree(query) + (keys.length === 0 ? '' : ` sortBy${keys.join('')}`);
}

function printTree(tree: Cql): string {
  switch (tree.kind) {
    case 'prefix':
      return `> ${tree.name === '' ? '' : `${quoted(tree.name)} = `}${quoted(escaped(tree.identifier))} ${printTree(tree.inner)}`;
    case 'join': {
      // A prefix would reach to the end of what it stands in.
      const left = tree.left.kind === 'prefix' ? `(${printTree(tree.left)})` : printTree(tree.left);
      const right = tree.right.kind === 'clause' ? printTree(tree.right) : `(${printTree(tree.right)})`;
      return `${left} ${tree.operator}${printModifiers(tree.modifiers)} ${right}`;
    }
    case 'clause': {
      const { index, relation, modifiers, term } = tree;
      if (relation === '') return quoted(term);
      return `${quoted(index)} ${relation}${printModifiers(modifiers)} ${quoted(term)}`;
    }
  }
}

function printModifiers(modifiers: readonly CqlModifier[]): string {
  return modifiers
    .map(
      ({ name, comparison, value }) => ` /${quoted(name)}${comparison === '' ? '' : ` ${comparison} ${quoted(value)}`}`,
    )
    .join('');
}

function quoted(text: string): string {
  return `"${text}"`;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
