import type { Notice } from '../notices.ts';
import { type Joins, type JoinToken, noJoins, skipped, withJoin } from './joins.ts';
import { type FieldNames, lex, type OperandToken, type Token } from './lexer.ts';
import { plainSigns } from './plain-signs.ts';
import { chain, isSecondOrder, leaf, negation, type Query, type Step, secondOrder, step } from './tree.ts';

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
 * Reads a question as typed. Never fails: what cannot be understood is read as plain words, with a
 * notice that says where. Joins are strictly left to right; parentheses group only where one of
 * them encloses a blank or a negation (docs/search-language.md).
 */
export function parseQuery(written: string, options: ParseOptions): Parsed {
  const text = plainSigns(written);
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
 * One unquoted group with a blank inside, or one such as (-x), makes all parentheses of the
 * question group. One without a partner counts where a group could begin or end, not inside a word.
 */
function groupsIn(text: string): 'none' | 'balanced' | { readonly at: number } {
  const open: number[] = [];
  let blankInside = false;
  let closing: number | undefined;
  for (const { character, at } of unquoted(text)) {
    if (character === '(') open.push(at);
    else if (character === ')') {
      const from = open.pop();
      if (from === undefined) closing ??= at;
      else blankInside ||= isNegation(text, from, at);
    } else if (open.length > 0 && /\s/.test(character)) blankInside = true;
  }
  const opening = open.find((at) => blankInside || begins(text, at));
  const end = closing !== undefined && (blankInside || /^\s?$/.test(text[closing + 1] ?? '')) ? closing : undefined;
  const wrong = end ?? opening;
  if (wrong !== undefined) return { at: wrong };
  return blankInside ? 'balanced' : 'none';
}

function begins(text: string, at: number): boolean {
  return /^[\s:+|-]?$/.test(text[at - 1] ?? '');
}

/** Is (-x) meant as "not x"? Not (-), (-1)^n or e(-), and (-1) only after a field. */
function isNegation(text: string, from: number, to: number): boolean {
  const negation = text[from - 1] === ':' ? /^\(-[^\s+|>)-]/ : /^\(-[\p{L}"'/(]/u;
  return begins(text, from) && negation.test(text.slice(from, from + 4)) && /^[\s)]?$/.test(text[to + 1] ?? '');
}

function withoutParentheses(text: string): string {
  const characters = text.split('');
  for (const { character, at } of unquoted(text)) if (character === '(' || character === ')') characters[at] = ' ';
  return characters.join('');
}

/** The characters outside quotations; a quotation counts as one letter. */
function* unquoted(text: string): Generator<{ character: string; at: number }> {
  const quotation = /"[^"]*"|(?<=^|[\s:(+|\p{Pd}\u2212]|->)(?:'[^']*'|\/[^/]*\/)(?=$|[\s)]|->)/gu;
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
      const { by, negates } = parseJoins(steps.length === 0);
      const query = parseOperand(field);
      if (query !== undefined) steps.push(step(by?.join ?? 'and', negates ? negation(query) : query));
    }
    return chain(steps);
  }

  /**
   * The operators before an operand. A word that has nothing to join is an operand itself, but for
   * one at the end of a chain: that is passed over.
   */
  function parseJoins(first: boolean): Joins {
    let joins = noJoins;
    for (let token = tokens[next]; token?.kind === 'join'; token = tokens[++next]) {
      const { join, word } = token;
      const isLast = tokens[next + 1] === undefined || tokens[next + 1]?.kind === 'close';
      if (word !== undefined) {
        // In a flat question, and for "and" and "or" anywhere, a leading word joins nothing: it is
        // searched for.
        const leads = first && joins.by === undefined && (isLast || !(groups && join === 'not'));
        if (leads || (joins.by !== undefined && (isLast || (joins.muddled && join === 'not')))) {
          noteWord(token, leads, isLast);
          break;
        }
      }
      if (isLast) notices.push(skipped(token));
      else joins = withJoin(joins, token, notices);
    }
    return joins;
  }

  /** A word such as "not" alone, as a whole question, is plainly a word. */
  function noteWord({ join, word = '', at }: JoinToken, leads: boolean, isLast: boolean): void {
    if (leads && isLast) return;
    const detail = `-${text.slice(at + word.length).trim()}`;
    if (leads && join === 'not') notices.push({ kind: 'leading-not', text: word, at, detail });
    else notices.push({ kind: 'operator-as-word', text: word, at });
  }

  function parseOperand(field: string): Query | undefined {
    const token = tokens[next];
    if (token === undefined || token.kind === 'close') return undefined;
    next++;
    switch (token.kind) {
      case 'operand':
        return leafOf(token, field);
      case 'field':
        return parseField(token.name, token.at);
      case 'open': {
        const inner = parseChain(field);
        if (tokens[next]?.kind === 'close') next++;
        if (inner.kind !== 'everything') return inner;
        notices.push({ kind: 'empty-term', text: '()', at: token.at });
        return undefined;
      }
      case 'join':
        return leaf({ kind: 'word', field, text: token.word ?? '' });
    }
  }

  function parseField(name: string, at: number): Query | undefined {
    const negates = tokens[next]?.kind === 'join';
    if (negates) next++;
    const after = tokens[next];
    const inner = isSecondOrder(name) ? parseInner(after) : parseOperand(name);
    if (inner === undefined) {
      notices.push({ kind: 'empty-field', text: `${name}:`, at });
      return undefined;
    }
    const query = negates ? negation(inner) : inner;
    return isSecondOrder(name) ? secondOrder(name, query) : query;
  }

  /** A quoted or slashed argument of a second-order operator is a question of its own. */
  function parseInner(token: Token | undefined): Query | undefined {
    if (token?.kind !== 'operand' || token.form === 'word' || token.to !== undefined || !token.text.includes(':')) {
      return parseOperand('');
    }
    next++;
    const inner = parseQuery(token.text, { fieldNames: options.fieldNames });
    // Positions are those of the whole question.
    notices.push(...inner.notices.map((notice) => ({ ...notice, at: (notice.at ?? 0) + token.at + 1 })));
    return inner.query;
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
