import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { Segment } from '../../index/segment.ts';
import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import type { Notice } from '../notices.ts';
import type { Leaf, SecondOrder } from '../query/tree.ts';
import type { Place, Plan } from './plan.ts';

/** What one question is asked of, and within which bounds. */
export interface Context {
  readonly snapshot: IndexSnapshot;
  readonly analyzer: Analyzer;
  /** The records that second-order operators may look at. */
  readonly visible: HitSet;
  /** May hidden MARC paths be searched? */
  readonly seesHiddenPaths: boolean;
  /** A wildcard, span or pattern stands for so many terms at most; undefined: for all of them. */
  readonly wildcardLimit: number | undefined;
  /** When patterns must have read enough of the dictionaries, in milliseconds of `performance.now()`. */
  readonly patternDeadline: number;
  readonly notices: Notice[];
  /** Answers what is asked of the citation graph; undefined while the library keeps none. */
  readonly citations: CitationQuestions | undefined;
}

export interface CitationQuestions {
  /** refersto: and its like. */
  secondOrder(query: SecondOrder, context: Context): Plan;
  /** cited: and its like; undefined for a field that is not about citations. */
  leaf(leaf: Leaf, context: Context): Plan | undefined;
  /** How often each record of each segment is cited. */
  counts(snapshot: IndexSnapshot): readonly Uint32Array[];
}

/** The term spaces of a segment at a place, without those that the asker may not search. */
export function spacesAt(context: Context, segment: Segment, place: Place): readonly string[] {
  const { analyzer, snapshot } = context;
  if (place.kind === 'words') return [place.space];
  const found =
    place.kind === 'field'
      ? analyzer.valueSpaces(place.code, segment.spaces)
      : analyzer.pathSpaces(place.path, segment.spaces);
  if (context.seesHiddenPaths || found.length === 0) return found;
  const hidden = snapshot.site.hiddenPaths.flatMap((path) => analyzer.pathSpaces(path, segment.spaces));
  return hidden.length === 0 ? found : found.filter((space) => !hidden.includes(space));
}

/** Tells the asker something once. */
export function notify(context: Context, notice: Notice): void {
  const known = context.notices.some(({ kind, text }) => kind === notice.kind && text === notice.text);
  if (!known) context.notices.push(notice);
}
