import { createRequire } from 'node:module';
import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';

/** What a value must be like. `matches` is an RE2 expression, found anywhere in it. */
export interface Pattern {
  readonly kind: 'is' | 'contains' | 'matches';
  readonly text: string;
  readonly ignoreCase: boolean;
}

export const longestPattern = 1_000;
const longestValue = 1_000_000;
/** Characters of a text that is made; more could take all memory. */
export const mostMade = 20_000_000;

/** Values with the pattern in them replaced, and whether it is in them. Compiled once. */
export interface CompiledPattern {
  test(value: string): boolean;
  /**
   * Each occurrence; for an expression it may name groups: $1, $<name>, $& all of it; $$ is "$".
   */
  replace(value: string, replacement: string): string;
}

/**
 * Throws an Error that says what is wrong with an expression. Takes time as the length of values.
 */
export function compilePattern({ kind, text, ignoreCase }: Pattern): CompiledPattern {
  if (text.length > longestPattern) throw new Error(`it is longer than ${longestPattern} characters`);
  if (kind !== 'matches' && !ignoreCase) return plain(kind, text);
  // Loaded here, since it costs every process 10 ms and few tasks have an expression.
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  const quoted = kind === 'matches' ? text : RE2JS.quote(text);
  const whole = kind === 'is' ? `^(?:${quoted})$` : quoted;
  const compiled = RE2JS.compile(whole, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return {
    test: (value) => compiled.matcher(value).find(),
    replace: (value, replacement) => {
      if (value.length > longestValue) return value;
      // It may be found at each letter, and name all of it again and again.
      if ((value.length + 1) * (replacement.length + 1) > mostMade) {
        let found = 0;
        for (const matcher = compiled.matcher(value); matcher.find(); ) found++;
        requireSmall(found * replacement.length + replacement.split('$').length * value.length);
      }
      return compiled.matcher(value).replaceAll(kind === 'matches' ? replacement : () => replacement);
    },
  };
}

function plain(kind: 'is' | 'contains', text: string): CompiledPattern {
  if (kind === 'is') return { test: (value) => value === text, replace: (value, to) => (value === text ? to : value) };
  return {
    test: (value) => value.includes(text),
    replace: (value, to) => {
      const most = (value.length / Math.max(1, text.length) + 1) * to.length;
      if (most > mostMade) requireSmall(value.split(text).length * to.length);
      return value.replaceAll(text, () => to);
    },
  };
}

/** Throws a UserError. */
function requireSmall(characters: number): void {
  if (characters > mostMade) throw new UserError(marcErrors.grows, { most: mostMade, what: 'characters' });
}

/** Throws an Error when a replacement names a group that the expression has not. */
export function checkReplacement(pattern: Pattern, replacement: string): void {
  if (pattern.kind !== 'matches') return;
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  const expression = RE2JS.compile(pattern.text, 0);
  const names = Object.keys(expression.namedGroups());
  for (const [, number, name] of replacement.matchAll(/\$(?:\$|(\d)|<([^>]*)>)/g)) {
    if (number !== undefined && (number === '0' || Number(number) > expression.groupCount()))
      throw new Error(`the expression has no group ${number}`);
    if (name !== undefined && !names.includes(name)) throw new Error(`the expression has no group called ${name}`);
  }
}
