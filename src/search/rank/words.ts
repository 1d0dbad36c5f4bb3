import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { Leaf, Query } from '../query/tree.ts';
import type { RankedWord } from './bm25.ts';

/** The words of a question that make a record relevant: those it wants, not those it excludes, and no wildcards. */
export function rankedWords(query: Query, analyzer: Analyzer): readonly RankedWord[] {
  if (query.kind === 'chain') {
    return query.steps.flatMap((step) => (step.join === 'not' ? [] : rankedWords(step.query, analyzer)));
  }
  return query.kind === 'everything' || query.kind === 'second-order' ? [] : wordsOfLeaf(query, analyzer);
}

function wordsOfLeaf(leaf: Leaf, analyzer: Analyzer): readonly RankedWord[] {
  if (leaf.kind === 'pattern' || leaf.kind === 'span') return [];
  const field = analyzer.field(leaf.field === '' ? analyzer.anyField : leaf.field);
  const space = field?.words;
  if (field === undefined || space === undefined) return [];
  const terms =
    leaf.kind === 'word'
      ? analyzer.queryWords(field.code, leaf.text).flat()
      : analyzer.queryPhrase(field.code, leaf.text);
  return terms.filter((term) => !term.includes('*')).map((term) => ({ space, term }));
}
