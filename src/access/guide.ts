import type { IndexSnapshot } from '../index/snapshot.ts';
import { finish, type Work } from '../index/work.ts';
import type { Person } from '../people/person.ts';
import type { Patterns } from '../search/evaluate/patterns.ts';
import { type Correction, correction } from '../search/guide/correction.ts';
import { type NearestTerms, nearestTerms } from '../search/guide/nearest.ts';
import type { SearchRequest } from '../search/request.ts';
import { asking, countingFor, optionsFor } from './ask.ts';
import { collectionTree } from './collections.ts';
import { maySeeCollection, visibleRecords } from './visible.ts';

/**
 * Help for a reader whose question finds nothing. Like any answer it knows of visible records only.
 */
export interface Guidance {
  /** What each condition finds alone. */
  readonly counts: readonly { readonly text: string; readonly count: number }[];
  readonly nearest: readonly NearestTerms[];
  /** How many records the question finds without the choices made in facets. */
  readonly unfiltered: number;
  /** Where else it finds some: '' is the whole library. */
  readonly elsewhere: readonly { readonly collection: string; readonly count: number }[];
}

/** `patterns`: those of the question, which have the same time together. */
export function* guiding(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  patterns: Patterns,
): Work<Guidance> {
  const visible = visibleRecords(person, snapshot, request);
  const { counts } = yield* asking(
    snapshot,
    person,
    { ...request, facets: {}, excluded: {}, size: 1 },
    { counts: true, patterns },
  );
  const unfiltered =
    Object.keys({ ...request.facets, ...request.excluded }).length === 0
      ? 0
      : yield* countingFor(snapshot, person, request, patterns);
  const elsewhere = unfiltered > 0 ? [] : yield* otherPlaces(snapshot, person, request, patterns);
  const nearest = yield* nearestTerms(snapshot, request, visible.hits, { ...optionsFor(snapshot, person), patterns });
  return { counts, nearest, unfiltered, elsewhere };
}

/** What a question that finds little may have meant. */
export function* correcting(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  patterns: Patterns,
): Work<Correction | undefined> {
  const { hits } = visibleRecords(person, snapshot, request);
  return yield* correction(snapshot, request, hits, { ...optionsFor(snapshot, person), patterns });
}

/** The same in one go, for the terminal. */
export function correctionFor(snapshot: IndexSnapshot, person: Person, request: SearchRequest): Correction | undefined {
  const { hits } = visibleRecords(person, snapshot, request);
  return finish(correction(snapshot, request, hits, optionsFor(snapshot, person)));
}

const mostPlaces = 5;

/**
 * From within a collection that is the whole library; from there the collections outside its tree
 * and the virtual ones.
 */
function* otherPlaces(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  patterns: Patterns,
): Work<Guidance['elsewhere']> {
  const found = function* (collection: string): Work<Guidance['elsewhere'][number]> {
    const elsewhere = { ...request, collection, collections: [] };
    return { collection, count: yield* countingFor(snapshot, person, elsewhere, patterns) };
  };
  const isNarrow = request.collection !== '' || request.collections.length > 0;
  const whole = isNarrow ? yield* found('') : { collection: '', count: 0 };
  if (whole.count > 0) return [whole];
  const { home, byName } = collectionTree(snapshot.site);
  const roots = [...(home?.collection.virtualChildren ?? []), ...snapshot.site.collections.slice(1)];
  const places: Guidance['elsewhere'][number][] = [];
  for (const { name } of roots) {
    const placed = byName.get(name);
    if (placed === undefined || !maySeeCollection(person, snapshot, placed)) continue;
    const one = yield* found(placed.collection.name);
    if (one.count > 0 && places.push(one) === mostPlaces) break;
  }
  return places;
}
