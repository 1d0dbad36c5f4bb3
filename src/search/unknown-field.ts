import { nearest } from '../errors/nearest.ts';
import type { Notice } from './notices.ts';
import type { FieldNames } from './query/lexer.ts';
import { plainSigns } from './query/plain-signs.ts';

/**
 * A name before a colon that is no field. It is searched for as a word, since a reader may mean
 * that ("Re:start").
 */
export interface UnknownField {
  readonly name: string;
  /** Where it stands, counted in characters from 0. */
  readonly at: number;
  /** The field that is probably meant. */
  readonly near: string | undefined;
}

/** Each is compared with all fields, and a question may be long. */
const mostNames = 20;

/** Outside quotations and regular expressions, in order. */
export function unknownFields(text: string, fieldNames: FieldNames, codes: readonly string[]): readonly UnknownField[] {
  const blank = (quoted: string): string => ' '.repeat(quoted.length);
  const bare = plainSigns(text).replace(/"[^"]*"|(?<=[\s:(]|^)(?:'[^']*'|\/[^/]*\/)/g, blank);
  return [...bare.matchAll(/(?<=[\s(+|-]|^)([a-z]\w*):/gi)]
    .filter(([, name]) => fieldNames(name!) === undefined)
    .slice(0, mostNames)
    .map(({ 1: name, index }) => ({ name: name!, at: index, near: nearest(name!, codes) }));
}

/**
 * For those that were probably meant as another field; a word that is near none may well be a word.
 */
export function mistypedFields(text: string, fieldNames: FieldNames, codes: readonly string[]): readonly Notice[] {
  return unknownFields(text, fieldNames, codes).flatMap(({ name, at, near }) =>
    near === undefined ? [] : [{ kind: 'mistyped-field', text: name, at, detail: near }],
  );
}
