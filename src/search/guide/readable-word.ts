import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Context } from '../evaluate/context.ts';

const recordsRead = 2;
/** Shorter words are hardly ever stemmed. */
const shortestStem = 4;

/**
 * For a stem such as "measur" a word that a visible record has for it in what is shown of it:
 * "measure". Undefined when its first records have none.
 */
export function readableWord(context: Context, code: string, space: string, term: string): string | undefined {
  if (term.length < shortestStem || !/^[a-z]+$/.test(term)) return undefined;
  const { analyzer, snapshot, visible } = context;
  const beginning = term.slice(0, shortestStem - 1);
  let read = 0;
  for (const [index, { segment }] of snapshot.segments.entries()) {
    const entry = segment.term(space, term);
    if (entry === undefined) continue;
    const seen = RoaringBitmap32.and(segment.ordinals(entry), visible[index]!);
    for (const ordinal of seen.toUint32Array(recordsRead)) {
      const { t, a, s } = segment.brief(ordinal);
      for (const word of `${t} ${a.join(' ')} ${s}`.toLowerCase().match(/\p{L}+/gu) ?? []) {
        if (word.startsWith(beginning) && analyzer.queryWords(code, word).flat().join(' ') === term) return word;
      }
      if (++read === recordsRead) return undefined;
    }
  }
  return undefined;
}
