import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { foldText } from '../../tokenizers/fold.ts';
import type { Context } from '../evaluate/context.ts';

const recordsRead = 6;
/** Shorter words are hardly ever stemmed. */
const shortestStem = 4;

/**
 * For a stem such as "measur" a word that a visible record has for it in what is shown of it:
 * "measure"; of names as it is written. Undefined when its first records have none.
 */
export function readableWord(context: Context, code: string, space: string, term: string): string | undefined {
  if (!mayBeStem(term)) return undefined;
  const { analyzer, snapshot, visible } = context;
  const beginning = term.slice(0, shortestStem - 1);
  let read = 0;
  for (const [index, { segment }] of snapshot.segments.entries()) {
    const entry = segment.term(space, term);
    if (entry === undefined) continue;
    const seen = RoaringBitmap32.and(segment.ordinals(entry), visible[index]!);
    for (const ordinal of seen.toUint32Array(recordsRead)) {
      const { t, a, s } = segment.brief(ordinal);
      const names = wordsIn(a.join(' '));
      for (const word of [...wordsIn(`${t} ${s}`.toLowerCase()), ...names]) {
        if (foldText(word).startsWith(beginning) && analyzer.queryWords(code, word).flat().join(' ') === term)
          return names.has(word) ? word : word.toLowerCase();
      }
      if (++read === recordsRead) return undefined;
    }
  }
  return undefined;
}

function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\p{L}[\p{L}\p{M}]*(?:-[\p{L}\p{M}]+)*/gu));
}

/** Numbers and short words are what they are. */
export function mayBeStem(term: string): boolean {
  return term.length >= shortestStem && /^[\p{L}-]+$/u.test(term);
}
