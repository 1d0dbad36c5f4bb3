import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment } from '../../index/segment.ts';
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
  const isOfNames = analyzer.field(code)?.names === true;
  const beginning = term.slice(0, shortestStem - 1);
  let read = 0;
  for (const [index, { segment }] of snapshot.segments.entries()) {
    const entry = segment.term(space, term);
    if (entry === undefined) continue;
    const seen = RoaringBitmap32.and(segment.ordinals(entry), visible[index]!);
    for (const ordinal of seen.toUint32Array(recordsRead)) {
      const { t, a, s } = segment.brief(ordinal);
      const values = facetTexts(context, segment, ordinal).join(' ');
      const names = wordsIn(isOfNames ? `${a.join(' ')} ${values}` : a.join(' '));
      const others = isOfNames ? [] : wordsIn(`${t} ${s} ${values}`.toLowerCase());
      for (const word of [...others, ...names]) {
        if (
          analyzer.queryValue('', word).startsWith(beginning) &&
          analyzer.queryWords(code, word).flat().join(' ') === term
        )
          return word;
      }
      if (++read === recordsRead) return undefined;
    }
  }
  return undefined;
}

/** Of subjects a list of hits shows nothing. */
const valuesRead = 20;

function facetTexts({ snapshot }: Context, segment: Segment, ordinal: number): readonly string[] {
  return snapshot.site.facets.flatMap(({ code, kind }) => {
    const column = kind === 'values' ? segment.columns.facet(code) : undefined;
    if (column === undefined) return [];
    const values = column.values.subarray(column.starts[ordinal]!, column.starts[ordinal + 1]!);
    return Array.from(values.subarray(0, valuesRead), (value) => column.text(value));
  });
}

function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\p{L}[\p{L}\p{M}]*(?:-[\p{L}\p{M}]+)*/gu));
}

/** Numbers and short words are what they are. */
export function mayBeStem(term: string): boolean {
  return term.length >= shortestStem && /^[\p{L}-]+$/u.test(term);
}
