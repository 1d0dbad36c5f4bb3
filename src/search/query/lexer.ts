import type { Notice } from '../notices.ts';
import { type JoinToken, joinOfSign, joinOfWord } from './joins.ts';
import { dashes, minusSigns } from './plain-signs.ts';
import { isSecondOrder } from './tree.ts';

/** A piece of a question. `at` is where it begins in the text. */
export type Token =
  | { readonly kind: 'open'; readonly at: number }
  | { readonly kind: 'close'; readonly at: number }
  | JoinToken
  | { readonly kind: 'field'; readonly name: string; readonly at: number }
  | OperandToken;

export interface OperandToken {
  readonly kind: 'operand';
  readonly form: 'word' | 'exact' | 'partial' | 'pattern';
  readonly text: string;
  /** The other end of a span, when there is one. */
  readonly to: string | undefined;
  readonly at: number;
}

/**
 * The canonical name of what stands before a colon, or undefined when the colon belongs to the
 * word.
 */
export type FieldNames = (prefix: string) => string | undefined;

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly notices: readonly Notice[];
}

const quoteForms = { '"': 'exact', "'": 'partial', '/': 'pattern' } as const;
type Quote = keyof typeof quoteForms;

const loneSigns = `-+&${minusSigns}${dashes}`;

/**
 * Cuts a question into tokens. With `groups`, a parenthesis at the start of a token opens a group,
 * and a word ends at a parenthesis that it did not open; so U(1), SL(2,Z) and e(+)e(-) stay words
 * in both ways. Rules: docs/search-language.md.
 */
export function lex(text: string, fieldNames: FieldNames, groups: boolean): Lexed {
  const tokens: Token[] = [];
  const notices: Notice[] = [];
  const blank = /\s/;
  let at = 0;
  let depth = 0;

  /** Signs that nothing closes from here on: each is looked for once. */
  const unclosed = new Set<string>();
  /** The text between the quotes at `from`, or undefined when nothing closes them. */
  function quoted(from: number): { text: string; end: number } | undefined {
    const quote = text[from];
    if (quote === undefined || unclosed.has(quote)) return undefined;
    for (let end = text.indexOf(quote, from + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
      // An apostrophe or slash inside a word does not close; a double quote does, but in צה"ל.
      if ((quote === '"' && !abbreviates(end)) || closes(end + 1))
        return { text: text.slice(from + 1, end), end: end + 1 };
    }
    unclosed.add(quote);
    return undefined;
  }
  function abbreviates(at: number): boolean {
    return /^\p{sc=Hebrew}"\p{sc=Hebrew}$/u.test(text.slice(at - 1, at + 2));
  }
  function closes(after: number): boolean {
    const next = text[after];
    return next === undefined || blank.test(next) || next === ')' || text.startsWith('->', after);
  }
  function isQuote(character: string | undefined): character is Quote {
    return character !== undefined && character in quoteForms;
  }
  /**
   * A sign that stands alone is punctuation, as in "Paris - London": else half of a title that
   * somebody pastes would be excluded.
   */
  function standsAlone(): boolean {
    const before = text[at - 1];
    if (before !== undefined && !blank.test(before) && !(groups && before === '(')) return false;
    const after = text[at + 1];
    return after === undefined || blank.test(after) || (groups && depth > 0 && after === ')');
  }
  /** A minus sign of another alphabet, or a dash, right before a word. */
  function otherDash(character: string): 'minus' | 'dash' | undefined {
    const before = text[at - 1] ?? ' ';
    const isWord = /^(?:[\p{L}\p{N}"'(]|[*/][\p{L}\p{N}])/u.test(text.slice(at + 1, at + 4));
    if (!isWord || !(blank.test(before) || /[(:]/.test(before))) return undefined;
    return minusSigns.includes(character) ? 'minus' : dashes.includes(character) ? 'dash' : undefined;
  }
  /** Where the word at `from` ends. */
  function wordEnd(from: number): number {
    let inner = 0;
    let end = from;
    for (; end < text.length; end++) {
      const character = text[end] ?? '';
      if (blank.test(character)) break;
      if (groups && character === '(') inner++;
      if (groups && character === ')' && inner-- === 0 && depth > 0) break;
    }
    return end;
  }
  /** Is there a sign at `from - 1` that joins? Not in "->" or "--". */
  function joins(from: number): boolean {
    return /[^\s+|>-]/.test(text[from] ?? '');
  }
  /** title:-x; a minus sign that stands alone or begins an arrow is a word. */
  function negates(from: number): boolean {
    return text[from - 1] === '-' && /[^\s+|>)-]/.test(text[from] ?? '');
  }
  function operand(): void {
    const start = at;
    const first = text[at];
    if (isQuote(first)) {
      const whole = quoted(at);
      if (whole !== undefined) {
        at = whole.end;
        let to: string | undefined;
        if (text.startsWith('->', at) && first !== '/' && isQuote(text[at + 2])) {
          const other = quoted(at + 2);
          if (other !== undefined) {
            to = other.text;
            at = other.end;
          }
        }
        tokens.push({ kind: 'operand', form: quoteForms[first], text: whole.text, to, at: start });
        return;
      }
      if (first !== '/' || wordEnd(at) > at + 1) notices.push({ kind: 'unbalanced-quote', text: first, at });
    }
    at = wordEnd(at);
    const word = text.slice(start, at);
    const arrow = word.indexOf('->');
    const span = arrow > 0 || (arrow === 0 && word.length > 2);
    const to = span ? word.slice(arrow + 2) : undefined;
    tokens.push({ kind: 'operand', form: 'word', text: span ? word.slice(0, arrow) : word, to, at: start });
  }
  /** A field name with its colon at `at`; blanks after the colon are allowed. */
  function field(): boolean {
    const match = /[\p{L}\p{N}_%*]+:/uy;
    match.lastIndex = at;
    const before = tokens.at(-1);
    if (before?.kind === 'field' && !isSecondOrder(before.name)) return false;
    const found = match.exec(text)?.[0];
    const name = found === undefined ? undefined : fieldNames(found.slice(0, -1));
    if (found === undefined || name === undefined) return false;
    tokens.push({ kind: 'field', name, at });
    at += found.length;
    while (blank.test(text[at] ?? '')) at++;
    return true;
  }

  while (at < text.length) {
    const character = text[at] ?? '';
    if (blank.test(character)) {
      at++;
      continue;
    }
    if (groups && character === ')' && depth > 0) {
      depth--;
      tokens.push({ kind: 'close', at: at++ });
      continue;
    }
    const afterField = tokens.at(-1)?.kind === 'field';
    if (groups && character === '(') {
      depth++;
      tokens.push({ kind: 'open', at: at++ });
      continue;
    }
    // "muon | kaon": whoever types this sign means it.
    if (character === '|' && !afterField && standsAlone()) {
      tokens.push({ kind: 'join', join: 'or', word: undefined, at: at++ });
      continue;
    }
    if (loneSigns.includes(character) && standsAlone()) {
      notices.push({ kind: 'lone-sign', text: character, at: at++ });
      continue;
    }
    const dash = otherDash(character);
    if (dash === 'dash') {
      notices.push({ kind: 'dash-skipped', text: character, at, detail: `-${text.slice(at + 1, wordEnd(at + 1))}` });
      at++;
      continue;
    }
    if (dash === 'minus') {
      notices.push({ kind: 'dash-as-minus', text: text.slice(at, wordEnd(at)), at });
      tokens.push({ kind: 'join', join: 'not', word: undefined, at: at++ });
      continue;
    }
    const sign = joinOfSign(character);
    if (sign !== undefined && (afterField ? negates(at + 1) : joins(at + 1))) {
      tokens.push({ kind: 'join', join: sign, word: undefined, at: at++ });
      continue;
    }
    if (field()) continue;
    const word = groups && depth > 0 ? /(?:and|or|not)(?=[\s()]|$)/iy : /(?:and|or|not)(?=[\s(]|$)/iy;
    word.lastIndex = at;
    const joined = afterField ? undefined : word.exec(text)?.[0];
    const join = joinOfWord(joined ?? '');
    if (joined !== undefined && join !== undefined && (groups || text[at + joined.length] !== '(')) {
      tokens.push({ kind: 'join', join, word: joined, at });
      at += joined.length;
      continue;
    }
    operand();
  }
  return { tokens, notices };
}
