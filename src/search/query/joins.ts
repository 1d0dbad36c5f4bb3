import type { Notice } from '../notices.ts';
import type { Join } from './tree.ts';

/** An operator of a question. */
export interface JoinToken {
  readonly kind: 'join';
  readonly join: Join;
  /** As it was written; undefined for a sign. */
  readonly word: string | undefined;
  readonly at: number;
}

const signs: ReadonlyMap<string, Join> = new Map([
  ['+', 'and'],
  ['-', 'not'],
  ['|', 'or'],
]);

export function joinOfSign(sign: string): Join | undefined {
  return signs.get(sign);
}

export function joinOfWord(word: string): Join | undefined {
  const lower = word.toLowerCase();
  return lower === 'and' || lower === 'or' || lower === 'not' ? lower : undefined;
}

/** What several operators in a row come to. */
export interface Joins {
  /** The one that joins. */
  readonly by: JoinToken | undefined;
  /** "or not": what the operand does not find is joined. */
  readonly negates: boolean;
  /** "or and": Invenio reads a "not" after these as a word. */
  readonly muddled: boolean;
}

export const noJoins: Joins = { by: undefined, negates: false, muddled: false };

/**
 * "and" gives way to any other operator, "not" after "or" negates, and whatever else comes after
 * the first one is passed over.
 */
export function withJoin(joins: Joins, token: JoinToken, notices: Notice[]): Joins {
  const { by, negates } = joins;
  if (by === undefined || (by.join === 'and' && token.join === 'not')) return { ...joins, by: token };
  if (by.join === 'and') {
    if (token.join === 'or' || token.word !== undefined) notices.push(skipped(by));
    return { ...joins, by: token };
  }
  if (by.join === 'or' && token.join === 'not' && !negates) return { ...joins, negates: true };
  notices.push(skipped(token));
  return token.join === 'and' ? { ...joins, muddled: true } : joins;
}

export function skipped({ join, word, at }: JoinToken): Notice {
  return { kind: 'operator-skipped', text: word ?? { and: '+', or: '|', not: '-' }[join], at };
}
