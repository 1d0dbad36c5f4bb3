import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { Leaf, Query } from '../../search/query/tree.ts';
import { foldInPlace, type HighlightWord } from '../ui/highlight.ts';

/** Fields whose terms are not words that one reads in a hit. */
const notRead =
  /^(\d|collection$|recid$|datecreated$|datemodified$|cited|cocitedwith$|cataloguer$|authorcount$|itemcount$|file)/;

/** The words that a question wants, not those it excludes. */
export function highlightWords(query: Query, analyzer: Analyzer): readonly HighlightWord[] {
  const words = new Map<string, HighlightWord>();
  for (const leaf of wanted(query)) {
    if (notRead.test(leaf.field) || (leaf.kind !== 'word' && leaf.kind !== 'exact' && leaf.kind !== 'partial'))
      continue;
    for (const text of wordsIn(leaf.text)) {
      const word = foldInPlace(text);
      if (/[\p{L}\p{N}]/u.test(word)) words.set(word, { word, same: sameStem(word, leaf.field, analyzer) });
    }
  }
  return [...words.values()];
}

function wanted(query: Query): readonly Leaf[] {
  if (query.kind === 'chain')
    return query.steps.filter((step) => step.join !== 'not').flatMap((step) => wanted(step.query));
  return query.kind === 'everything' || query.kind === 'second-order' ? [] : [query];
}

function wordsIn(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}\p{M}*]+(?:[-'’./][\p{L}\p{N}*]+)*/gu) ?? [];
}

/** Words are the same when the index makes one term of them. */
function sameStem(word: string, field: string, analyzer: Analyzer): (other: string) => boolean {
  const code = analyzer.field(field)?.words === undefined ? analyzer.anyField : field;
  const term = (text: string): string => analyzer.queryWords(code, text).flat().join(' ');
  const known = new Map<string, boolean>();
  const mine = term(word);
  return (other) => {
    let same = known.get(other);
    if (same === undefined) {
      same = term(other) === mine;
      known.set(other, same);
    }
    return same;
  };
}
