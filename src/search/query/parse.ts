import type { Notice } from '../notices.ts';
import { type FieldNames, lex, type OperandToken } from './lexer.ts';
import { chain, everything, isSecondOrder, type Join, leaf, type Query, type Step, secondOrder, step } from './tree.ts';

export interface ParseOptions {
  readonly fieldNames: FieldNames;
  /** The field of whatever names none itself; '' is any field. */
  readonly field?: string;
}

export interface Parsed {
  readonly query: Query;
  readonly notices: readonly Notice[];
}

/**
 * Reads a question as typed. Never fails: what cannot be understood is read as plain words, with a notice that says where.
 * Joins are strictly left to right; parentheses group only where one of them encloses a blank (search-language.md, sections 2 to 4).
 */
export function parseQuery(text: string, options: ParseOptions): Parsed {
  const groups = groupsIn(text);
  if (groups === 'none') return parseTokens(text, options, false);
  if (groups === 'balanced') return parseTokens(text, options, true);
  const flat = parseTokens(withoutParentheses(text), options, false);
  return {
    query: flat.query,
    notices: [{ kind: 'unbalanced-parenthesis', text: text[groups.at] ?? '', at: groups.at }, ...flat.notices],
  };
}

/**
 * One unquoted group with a blank inside makes all parentheses of the question group. One without a partner counts where a group could begin or
 * end, not inside a word.
 */
function groupsIn(text: string): 'none' | 'balanced' | { readonly at: number } {
  const open: number[] = [];
  let blankInside = false;
  let closing: number | undefined;
  for (const { character, at } of unquoted(text)) {
    if (character === '(') open.push(at);
    else if (character === ')') {
      if (open.pop() === undefined) closing ??= at;
    } else if (open.length > 0 && /\s/.test(character)) blankInside = true;
  }
  const opening = open.find((at) => blankInside || /(?:^|[\s:+|-])$/.test(text.slice(0, at)));
  const end = closing !== undefined && (blankInside || /^(?:\s|$)/.test(text.slice(closing + 1))) ? closing : undefined;
  const wrong = end ?? opening;
  if (wrong !== undefined) return { at: wrong };
  return blankInside ? 'balanced' : 'none';
}

function withoutParentheses(text: string): string {
  const characters = text.split('');
  for (const { character, at } of unquoted(text)) if (character === '(' || character === ')') characters[at] = ' ';
  return characters.join('');
}

/** The characters outside quotations; a quotation counts as one letter. */
function* unquoted(text: string): Generator<{ character: string; at: number }> {
  const quotation = /"[^"]*"|(?<=^|[\s:(+|-]|->)(?:'[^']*'|\/[^/]*\/)(?=$|[\s)]|->)/g;
  let at = 0;
  for (const match of text.matchAll(quotation)) {
    for (; at < match.index; at++) yield { character: text[at] ?? '', at };
    yield { character: 'x', at };
    at += match[0].length;
  }
  for (; at < text.length; at++) yield { character: text[at] ?? '', at };
}

function parseTokens(text: string, options: ParseOptions, groups: boolean): Parsed {
  const lexed = lex(text, options.fieldNames, groups);
  const { tokens } = lexed;
  const notices: Notice[] = [...lexed.notices];
  let next = 0;

  function parseChain(field: string): Query {
    const steps: Step[] = [];
    for (let token = tokens[next]; token !== undefined && token.kind !== 'close'; token = tokens[next]) {
      const join = parseJoin(steps.length === 0);
      const query = parseOperand(field);
      if (query !== undefined) steps.push(step(join, query));
    }
    return chain(steps);
  }

  /** Several joins in a row: "and" gives way to any other; the first other one joins, and what follows it is a word. */
  function parseJoin(first: boolean): Join {
    let join: Join | undefined;
    for (let token = tokens[next]; token?.kind === 'join'; token = tokens[++next]) {
      // In a flat question, and for "and" and "or" anywhere, a leading word joins nothing: it is searched for.
      if (first && join === undefined && token.word !== undefined && !(groups && token.join === 'not')) break;
      if (token.word !== undefined && !joinsSomething(next)) break;
      if (token.join === 'and' && join !== undefined) continue;
      if (join !== undefined && join !== 'and') break;
      join = token.join;
    }
    return join ?? 'and';
  }

  function joinsSomething(at: number): boolean {
    const after = tokens[at + 1];
    return after !== undefined && after.kind !== 'close';
  }

  function parseOperand(field: string): Query | undefined {
    const token = tokens[next];
    if (token === undefined || token.kind === 'close') return undefined;
    next++;
    if (token.kind === 'operand') return leafOf(token, field);
    if (token.kind === 'field') return parseField(token.name, token.at);
    if (token.kind === 'open') {
      const inner = parseChain(field);
      if (tokens[next]?.kind === 'close') next++;
      return inner;
    }
    // A join with nothing to join is a word.
    return leaf({ kind: 'word', field, text: token.word ?? { and: '+', or: '|', not: '-' }[token.join] });
  }

  function parseField(name: string, at: number): Query | undefined {
    const after = tokens[next];
    if (after === undefined || after.kind === 'close' || after.kind === 'join') {
      notices.push({ kind: 'empty-field', text: `${name}:`, at });
      return undefined;
    }
    if (!isSecondOrder(name)) return parseOperand(name);
    // A quoted or slashed argument of a second-order operator is a question of its own.
    if (after.kind === 'operand' && after.form !== 'word' && after.to === undefined && after.text.includes(':')) {
      next++;
      const inner = parseQuery(after.text, { fieldNames: options.fieldNames });
      notices.push(...inner.notices);
      return secondOrder(name, inner.query);
    }
    return secondOrder(name, parseOperand('') ?? everything);
  }

  const query = parseChain(options.field ?? '');
  return { query, notices };
}

function leafOf(token: OperandToken, field: string): Query {
  if (token.to !== undefined) return spanOf(field, token.text, token.to, token.form !== 'word');
  if (token.form === 'word') return wordOf(field, token.text);
  return leaf({ kind: token.form, field, text: token.text });
}

function spanOf(field: string, from: string, to: string, quoted: boolean): Query {
  return leaf({ kind: 'span', field, from: from === '' ? undefined : from, to: to === '' ? undefined : to, quoted });
}

/** A bare word; for fields that count, `50+` is a span without an end. */
export function wordOf(field: string, text: string): Query {
  const open = isCount(field) ? /^(\d+)\+$/.exec(text)?.[1] : undefined;
  if (open !== undefined) return spanOf(field, open, '', false);
  return leaf({ kind: 'word', field, text });
}

export function isCount(field: string): boolean {
  return field.endsWith('count') || field === 'cited' || field === 'citedexcludingselfcites';
}
