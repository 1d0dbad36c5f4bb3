import type { CitationView } from '../../citations/view.ts';
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { Segment } from '../../index/segment.ts';
import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import type { Notice } from '../notices.ts';
import type { ChangedBy, FoundBy } from './changed-by.ts';
import type { Patterns } from './patterns.ts';
import type { Place } from './plan.ts';

/** What one question is asked of, and within which bounds. */
export interface Context {
  readonly snapshot: IndexSnapshot;
  readonly analyzer: Analyzer;
  /** The records that may be found. */
  readonly visible: HitSet;
  /** May hidden MARC paths be searched? */
  readonly seesHiddenPaths: boolean;
  /** A wildcard, span or pattern stands for so many terms at most; undefined: for all of them. */
  readonly wildcardLimit: number | undefined;
  readonly patterns: Patterns;
  readonly notices: Notice[];
  /**
   * All records that the asker may open, in whatever collection; undefined where one record's
   * question must not look at others.
   */
  readonly openable: (() => HitSet) | undefined;
  /**
   * Citations as the asker sees them, over all collections; undefined while the graph is being
   * made.
   */
  readonly citations: () => CitationView | undefined;
  /** What cataloguer: finds; undefined for those who may not ask it. */
  readonly changedBy?: ChangedBy | undefined;
  /** What finding: finds; undefined for those who may not ask it. */
  readonly foundBy?: FoundBy | undefined;
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
