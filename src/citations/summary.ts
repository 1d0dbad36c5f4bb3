import type { HitSet } from '../index/snapshot.ts';
import type { Work } from '../index/work.ts';
import type { Citing } from './counts.ts';
import { recordsBetweenTurns } from './counts.ts';
import type { CitationView } from './view.ts';

/** What a set of papers adds up to. */
export interface CitationSummary {
  readonly papers: number;
  readonly citations: number;
  /** Citations per paper; 0 for no papers. */
  readonly average: number;
  /**
   * The highest h such that h papers are cited h times or more (J. E. Hirsch, PNAS 102 (2005)
   * 16569).
   */
  readonly hIndex: number;
  /** Parallel to `citationClasses`. */
  readonly classes: readonly number[];
}

export interface CitationClass {
  readonly code: 'renowned' | 'famous' | 'very-well-known' | 'well-known' | 'known' | 'less-known' | 'unknown';
  readonly from: number;
  /** Undefined: any number. */
  readonly to: number | undefined;
}

/** Classes of papers as SPIRES had them and Invenio after it, most cited first. */
export const citationClasses: readonly CitationClass[] = [
  { code: 'renowned', from: 500, to: undefined },
  { code: 'famous', from: 250, to: 499 },
  { code: 'very-well-known', from: 100, to: 249 },
  { code: 'well-known', from: 50, to: 99 },
  { code: 'known', from: 10, to: 49 },
  { code: 'less-known', from: 1, to: 9 },
  { code: 'unknown', from: 0, to: 0 },
];

/** One pass over the counts of the hits: a histogram says everything. */
export function* summarisingCitations(view: CitationView, hits: HitSet, citing: Citing): Work<CitationSummary> {
  const numbers = yield* countsOf(view, hits, citing);
  let citations = 0;
  const histogram = new Uint32Array(numbers.length + 1);
  const classes = citationClasses.map(() => 0);
  for (let i = 0; i < numbers.length; i++) {
    const count = numbers[i]!;
    citations += count;
    histogram[Math.min(count, numbers.length)]!++;
    classes[citationClasses.findIndex(({ from }) => count >= from)]!++;
    if (i % recordsBetweenTurns === recordsBetweenTurns - 1) yield;
  }
  return {
    papers: numbers.length,
    citations,
    average: numbers.length === 0 ? 0 : citations / numbers.length,
    hIndex: hIndexOf(histogram),
    classes,
  };
}

/** `histogram[n]`: papers cited n times; the last entry also those cited more often. */
function hIndexOf(histogram: Uint32Array): number {
  let papers = 0;
  for (let h = histogram.length - 1; h > 0; h--) {
    papers += histogram[h]!;
    if (papers >= h) return h;
  }
  return 0;
}

function* countsOf(view: CitationView, hits: HitSet, citing: Citing): Work<Uint32Array> {
  const numbers = new Uint32Array(hits.reduce((sum, bits) => sum + bits.size, 0));
  let end = 0;
  for (const [segment, counts] of (yield* view.counts(citing)).entries()) {
    const ordinals = hits[segment]!.toUint32Array();
    for (let i = 0; i < ordinals.length; i++) numbers[end++] = counts[ordinals[i]!]!;
    yield;
  }
  return numbers;
}
