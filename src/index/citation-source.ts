import type { CitationGraph } from './citation-graph.ts';
import type { LiveSegment } from './snapshot.ts';

/** What a graph is made for: one view of the index. */
export interface CitedIndex {
  readonly segments: readonly LiveSegment[];
  /** Ids of those that have a file. */
  readonly stored: readonly string[];
  /**
   * Library, timeline, and digests of the analysis of its segments: within one basis equal
   * revisions have equal keys.
   */
  readonly basis: string;
}

/** Keeps a citation graph beside a view of the index. */
export interface CitationSource {
  /** The graph of exactly this index; or an older one, or none, until it is there. */
  graphFor(index: CitedIndex): { readonly graph: CitationGraph | undefined; readonly isExact: boolean };
  /** Whether `graphFor` has something better to say since it was asked last. */
  readonly hasNews: boolean;
}
