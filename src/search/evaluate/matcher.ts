import { createRequire } from 'node:module';
import { foldText } from '../../tokenizers/fold.ts';

/**
 * Which terms of a dictionary are meant. `from` and `below` bound the part of the dictionary that
 * has to be read; each term that is meant has `part` in it, and `test` decides on each.
 */
export interface Matcher {
  readonly from: string;
  readonly below: string | undefined;
  readonly part: string;
  test(term: string): boolean;
}

/**
 * `*` is any characters, none included; everything else is itself. Each part is looked for once, from left to right.
 */
export function wildcard(text: string): Matcher {
  const parts = text.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return {
    ...startingWith(first),
    part: longest(parts.slice(1)),
    test(term) {
      if (parts.length === 1) return term === text;
      if (term.length < first.length + last.length || !term.startsWith(first) || !term.endsWith(last)) return false;
      const end = term.length - last.length;
      let at = first.length;
      for (const part of middle) {
        const found = term.indexOf(part, at);
        if (found === -1 || found + part.length > end) return false;
        at = found + part.length;
      }
      return true;
    },
  };
}

/**
 * Both ends included, in code point order (which the dictionary is in); an undefined end is open.
 */
export function range(from: string | undefined, to: string | undefined): Matcher {
  // "\0" makes the least term above `to`, so that `to` itself is inside.
  return { from: from ?? '', below: to === undefined ? undefined : `${to}\u0000`, part: '', test: () => true };
}

/** Terms that are whole numbers in the range. */
export function numberRange(from: number, to: number): Matcher {
  return {
    from: '0',
    below: ':',
    part: '',
    test: (term) => /^\d+$/.test(term) && Number(term) >= from && Number(term) <= to,
  };
}

/**
 * A regular expression found anywhere in a term, of RE2 syntax (linear time) with POSIX classes and
 * MySQL's word boundaries. Terms have no capitals and no accents, so the pattern is compared
 * without them; nor apostrophes, which it may lack. Throws what RE2 throws for a pattern it cannot
 * read.
 */
export function regularExpression(written: string): Matcher {
  const pattern = withoutAccents(written).replace(apostrophe, (found) => (found.startsWith('[') ? found : "'?"));
  const literal = /^(\^?)([^\\^$.|?*+()[\]{}]*)(\$?)$/.exec(pattern);
  if (literal !== null) return literalExpression(literal[1] !== '', foldText(literal[2] ?? ''), literal[3] !== '');
  const translated = pattern.replace(/\[\[:[<>]:\]\]/g, '\\b');
  // Loaded here, since it costs every process 10 ms and few questions have a regular expression.
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  const compiled = RE2JS.compile(translated, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL);
  const found = simplePattern(translated) ?? ((term: string) => compiled.matcher(term).find());
  const { prefix, part } = literalParts(pattern);
  return {
    ...(prefix === '' ? { from: '', below: undefined } : startingWith(prefix)),
    // Looking for a part first spares the engine nearly all terms.
    part,
    test: (term) => term.includes(part) && found(term),
  };
}

/**
 * The engine of V8 for patterns that cannot make it slow: single characters, dots and plain
 * classes, of which two at most may repeat without end. On a term of at most 240 bytes such a
 * pattern takes 60,000 steps at the very worst, and a hundredth of the linear engine's time as a
 * rule. Undefined for all others.
 */
function simplePattern(pattern: string): ((term: string) => boolean) | undefined {
  if (!/^\^?(?:(?:[^\\^$.|?*+()[\]{}]|\.|\[\^?[^\\[\]^]+\])[*+?]?)*\$?$/su.test(pattern)) return undefined;
  const repeated = pattern.replace(/\[[^\]]*\]/gu, 'x').match(/[*+]/g)?.length ?? 0;
  if (repeated > 2) return undefined;
  const compiled = new RegExp(pattern, 'isu');
  return (term) => compiled.test(term);
}

/**
 * Text that every match begins with, and text that every match has; '' when there is no telling.
 * Only for patterns of literals, dots, plain classes and quantifiers: alternatives, groups and
 * escapes say too little.
 */
function literalParts(pattern: string): { readonly prefix: string; readonly part: string } {
  // In "[]a]" the first bracket is a character of the class.
  if (/[|(){}\\]|\[[^\]]*\[|\[\^?\]/.test(pattern)) return { prefix: '', part: '' };
  // A letter with a quantifier may be missing or repeated: it ends the text before it, and only "+"
  // leaves it there.
  const pieces = pattern.split(/\[\^?[^\]]+\][*+?]?\??|.[*?]\??|[.^$]|\+\??/su).map(foldText);
  return { prefix: /^\^[^*?+]/.test(pattern) ? (pieces[1] ?? '') : '', part: longest(pieces) };
}

function longest(texts: readonly string[]): string {
  return texts.reduce((most, text) => (text.length > most.length ? text : most), '');
}

/** With what says how often; a class of characters is left as it is. */
const apostrophe = /\[(?:\[:[^\]]*:\]|[^\]])*\]|\\?'(?:[?*+]\??|\{[\d,]*\}\??)?/g;

/** Letters only: the case of \S and \s, of [[:alpha:]] and of \pL means something. */
function withoutAccents(pattern: string): string {
  return pattern.replace(/[^\0-\x7f]+/g, foldText);
}

function literalExpression(fromStart: boolean, text: string, toEnd: boolean): Matcher {
  if (fromStart && toEnd) return { ...startingWith(text), part: text, test: (term) => term === text };
  if (fromStart) return { ...startingWith(text), part: '', test: (term) => term.startsWith(text) };
  const test = toEnd ? (term: string) => term.endsWith(text) : (term: string) => term.includes(text);
  return { from: '', below: undefined, part: text, test };
}

/** The part of a dictionary that begins with a prefix. */
function startingWith(prefix: string): Pick<Matcher, 'from' | 'below'> {
  return { from: prefix, below: afterPrefix(prefix) };
}

/** The least text above all that begin with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // Surrogates are not characters of their own.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return undefined;
}
