import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { FieldSearch } from '../../index/analysis/query.ts';
import type { Leaf, Query } from '../query/tree.ts';
import type { RankedWord } from './bm25.ts';

/**
 * The words of a question that make a record relevant: those it wants, not those it excludes, and
 * no wildcards. A word of any field counts once more, `weights` times, in each of these fields.
 */
export function rankedWords(
  query: Query,
  analyzer: Analyzer,
  weights: Readonly<Record<string, number>> = {},
): readonly RankedWord[] {
  if (query.kind === 'chain') {
    return query.steps.flatMap((step) => (step.join === 'not' ? [] : rankedWords(step.query, analyzer, weights)));
  }
  return query.kind === 'everything' || query.kind === 'second-order' ? [] : wordsOfLeaf(query, analyzer, weights);
}

function wordsOfLeaf(leaf: Leaf, analyzer: Analyzer, weights: Readonly<Record<string, number>>): readonly RankedWord[] {
  if (leaf.kind === 'pattern' || leaf.kind === 'span') return [];
  const code = leaf.field === '' || leaf.field === 'global' ? analyzer.anyField : leaf.field;
  const words = termsIn(leaf, analyzer, analyzer.field(code), 1);
  if (code !== analyzer.anyField) return words;
  const more = Object.entries(weights).flatMap(([field, weight]) =>
    termsIn(leaf, analyzer, analyzer.field(field), weight),
  );
  return [...words, ...more];
}

function termsIn(
  leaf: Exclude<Leaf, { kind: 'pattern' | 'span' }>,
  analyzer: Analyzer,
  field: FieldSearch | undefined,
  weight: number,
): readonly RankedWord[] {
  const space = field?.words;
  if (field === undefined || space === undefined) return [];
  const terms =
    leaf.kind === 'word'
      ? analyzer.queryForms(field.code, leaf.text).flat(2)
      : [...new Set(analyzer.queryPhrases(field.code, leaf.text).flat())];
  return terms.filter((term) => !term.includes('*')).map((term) => ({ space, term, weight }));
}
