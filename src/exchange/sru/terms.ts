/** Terms of CQL: their masks (`*`, `?`), anchors (`^`) and words. */
import { foldValue } from '../../tokenizers/fold.ts';
import { Refused } from './diagnostics.ts';

export type Piece = { readonly text: string } | { readonly mask: 'many' | 'one' };

/** Text between blanks. */
export interface TermWord {
  readonly pieces: readonly Piece[];
  /** `^` before it, after it. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/** Each is a part of a regular expression. */
const mostMasks = 50;

/**
 * `masked` false: `* ? ^` are characters like others. Throws Refused for an anchor inside a word.
 */
export function wordsOf(raw: string, masked: boolean): readonly TermWord[] {
  if (masked && (raw.match(/[*?]/g)?.length ?? 0) > mostMasks) throw new Refused(30, `more than ${mostMasks}`);
  return raw
    .replace(/\\\s/gu, ' ')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map((word) => wordOf(word, masked));
}

function wordOf(raw: string, masked: boolean): TermWord {
  const pieces: Piece[] = [];
  let text = '';
  let begins = false;
  let ends = false;
  const flush = (): void => {
    if (text !== '') pieces.push({ text });
    text = '';
  };
  const signs = [...raw.matchAll(/\\?./gsu)].map(([sign]) => sign);
  for (const [place, sign] of signs.entries()) {
    if (sign.length > 1 && sign.startsWith('\\')) text += sign.slice(1);
    else if (masked && (sign === '*' || sign === '?')) {
      flush();
      pieces.push({ mask: sign === '*' ? 'many' : 'one' });
    } else if (masked && sign === '^') {
      if (place === 0) begins = true;
      else if (place === signs.length - 1) ends = true;
      else throw new Refused(32, raw);
    } else text += sign;
  }
  flush();
  return { pieces, begins, ends };
}

/** As a word of the search language, in which only `*` is special; undefined: it cannot be one. */
export function plainWord({ pieces, begins, ends }: TermWord): string | undefined {
  if (begins || ends) return undefined;
  let text = '';
  for (const piece of pieces) {
    if ('mask' in piece) {
      if (piece.mask === 'one') return undefined;
      text += '*';
    } else if (piece.text.includes('*')) return undefined;
    else text += piece.text;
  }
  return text;
}

/** The words as one text of the search language. */
export function plainText(words: readonly TermWord[]): string | undefined {
  const texts = words.map(plainWord);
  return texts.every((text) => text !== undefined) ? texts.join(' ') : undefined;
}

/** As it was meant, without masks and anchors. */
export function literalText(words: readonly TermWord[]): string {
  return words
    .map(({ pieces }) =>
      pieces.map((piece) => ('text' in piece ? piece.text : piece.mask === 'one' ? '?' : '*')).join(''),
    )
    .join(' ');
}

const sign = '[^\\pL\\pN]';

/** RE2: these words, side by side in a value. `whole`: nothing else is in it. */
export function valuePattern(words: readonly TermWord[], whole: boolean): string {
  const texts = words.map(wordPattern);
  if (whole) return `^${texts.join(' ')}$`;
  const before = words[0]?.begins ? `^${sign}*` : `(?:^|${sign})`;
  const after = words.at(-1)?.ends ? `${sign}*$` : `(?:$|${sign})`;
  return before + texts.join(`${sign}+`) + after;
}

/** RE2: a term of a dictionary of words. */
export function termPattern(word: TermWord): string {
  return `^${wordPattern(word)}$`;
}

function wordPattern({ pieces }: TermWord): string {
  return pieces
    .map((piece) =>
      'mask' in piece
        ? piece.mask === 'one'
          ? '[^ ]'
          : '[^ ]*'
        : foldValue(piece.text).replace(/[\\^$.|?*+()[\]{}/]/g, '\\$&'),
    )
    .join('');
}
