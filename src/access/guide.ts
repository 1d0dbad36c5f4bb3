import type { IndexSnapshot } from '../index/snapshot.ts';
import { type Correction, correction } from '../search/guide/correction.ts';
import { type NearestTerms, nearestTerms } from '../search/guide/nearest.ts';
import type { SearchRequest } from '../search/request.ts';
import { ask, countFor, optionsFor } from './ask.ts';
import { collectionTree } from './collections.ts';
import type { Person } from './person.ts';
import { maySeeCollection, visibleRecords } from './visible.ts';

/** Help for a reader whose question finds nothing. Like any answer it knows of visible records only. */
export interface Guidance {
  /** What each condition finds alone. */
  readonly counts: readonly { readonly text: string; readonly count: number }[];
  readonly nearest: readonly NearestTerms[];
  /** How many records the question finds without the choices made in facets. */
  readonly unfiltered: number;
  /** Where else it finds some: '' is the whole library. */
  readonly elsewhere: readonly { readonly collection: string; readonly count: number }[];
}

export function guidanceFor(snapshot: IndexSnapshot, person: Person, request: SearchRequest): Guidance {
  const visible = visibleRecords(person, snapshot, request);
  const { counts } = ask(snapshot, person, { ...request, facets: {}, size: 1 }, { counts: true });
  const unfiltered = Object.keys(request.facets).length === 0 ? 0 : countFor(snapshot, person, request);
  const elsewhere = unfiltered > 0 ? [] : otherPlaces(snapshot, person, request);
  const nearest = nearestTerms(snapshot, request, visible.hits, optionsFor(snapshot, person));
  return { counts, nearest, unfiltered, elsewhere };
}

/** What a question that finds little may have meant. */
export function correctionFor(snapshot: IndexSnapshot, person: Person, request: SearchRequest): Correction | undefined {
  const { hits } = visibleRecords(person, snapshot, request);
  return correction(snapshot, request, hits, optionsFor(snapshot, person));
}

const mostPlaces = 5;

/** From within a collection that is the whole library; from there the collections outside its tree and the virtual ones. */
function otherPlaces(snapshot: IndexSnapshot, person: Person, request: SearchRequest): Guidance['elsewhere'] {
  const found = (collection: string) => ({
    collection,
    count: countFor(snapshot, person, { ...request, collection, collections: [] }),
  });
  const isNarrow = request.collection !== '' || request.collections.length > 0;
  const whole = isNarrow ? found('') : { collection: '', count: 0 };
  if (whole.count > 0) return [whole];
  const { home, byName } = collectionTree(snapshot.site);
  const roots = [...(home?.collection.virtualChildren ?? []), ...snapshot.site.collections.slice(1)];
  return roots
    .flatMap(({ name }) => byName.get(name) ?? [])
    .filter((placed) => maySeeCollection(person, snapshot, placed))
    .map(({ collection }) => found(collection.name))
    .filter(({ count }) => count > 0)
    .slice(0, mostPlaces);
}
