import type { IndexSnapshot } from '../index/snapshot.ts';
import { finish, type Work } from '../index/work.ts';
import { may, type Person } from '../people/person.ts';
import type { Patterns } from '../search/evaluate/patterns.ts';
import type { SearchRequest } from '../search/request.ts';
import { countingAll, type SearchOptions, type SearchResult, searching } from '../search/search.ts';
import { stage } from '../search/stages.ts';
import { citationsFor } from './citations.ts';
import { collectionsBelow, openableRecords, visibleRecords } from './visible.ts';

export interface Answer extends SearchResult {
  /** Restricted collections that were asked for and may not be seen. */
  readonly refused: readonly string[];
}

/** What an answer should come with, beside the ids of its page. */
export type Wanted = Pick<
  SearchOptions,
  'facets' | 'briefs' | 'counts' | 'alternatives' | 'colons' | 'withoutItself' | 'patterns' | 'positions' | 'after'
>;

/**
 * Asks the library as a person: pages, formats, feeds and the terminal all ask here. Nothing of an
 * invisible record is in the answer.
 */
export function ask(snapshot: IndexSnapshot, person: Person, request: SearchRequest, wanted: Wanted = {}): Answer {
  return finish(asking(snapshot, person, request, wanted));
}

/** The same as work that others may interrupt: what a web process does, which has other readers. */
export function* asking(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  wanted: Wanted = {},
): Work<Answer> {
  const visible = stage('what may be seen', () => visibleRecords(person, snapshot, request));
  const facet = snapshot.site.facets.find(({ kind }) => kind === 'collection');
  const needsCollections =
    facet !== undefined &&
    (wanted.facets || [request.facets, request.excluded].some((choices) => Object.hasOwn(choices, facet.code)));
  const result = yield* searching(snapshot, request, visible.hits, {
    ...wanted,
    ...optionsFor(snapshot, person),
    collections: needsCollections ? facetCollections(snapshot, person, request) : [],
  });
  return { ...result, notices: [...visible.notices, ...result.notices], refused: visible.refused };
}

/** How many visible records a request finds, facet choices aside. */
export function countFor(snapshot: IndexSnapshot, person: Person, request: SearchRequest, patterns?: Patterns): number {
  return finish(countingFor(snapshot, person, request, patterns));
}

/**
 * The same as work that others may interrupt. `patterns`: those of a question beside which it
 * stands.
 */
export function* countingFor(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  patterns: Patterns | undefined,
): Work<number> {
  const visible = visibleRecords(person, snapshot, request);
  const options = optionsFor(snapshot, person);
  return yield* countingAll(
    snapshot,
    request,
    visible.hits,
    patterns === undefined ? options : { ...options, patterns },
  );
}

/** What of a search depends on who asks, beside the visible records. */
export function optionsFor(snapshot: IndexSnapshot, person: Person): SearchOptions {
  return {
    openable: () => openableRecords(person, snapshot),
    citations: () => citationsFor(snapshot, person),
    seesHiddenPaths: may(snapshot.site, person, 'viewhiddenpaths'),
  };
}

function facetCollections(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
): NonNullable<SearchOptions['collections']> {
  return collectionsBelow(person, snapshot, request.collection).map(({ collection, hits }) => ({
    name: collection.name,
    label: (Object.hasOwn(collection.names, request.language) && collection.names[request.language]) || collection.name,
    hits,
  }));
}
