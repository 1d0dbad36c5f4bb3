import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { type Browsed, type BrowsedTerm, type BrowseWay, browse } from '../search/guide/browse.ts';
import type { SearchRequest } from '../search/request.ts';
import { optionsFor } from './ask.ts';
import { visibleRecords } from './visible.ts';

/**
 * The alphabetical neighbours of a text, of and with numbers of the records that a person may see
 * in the collections asked.
 */
export function browseFor(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  way: BrowseWay = 'around',
  wantedBefore?: number,
): Browsed & { readonly refused: readonly string[] } {
  const visible = visibleRecords(person, snapshot, request);
  const browsed = browse(snapshot, request, way, visible.hits, optionsFor(snapshot, person), wantedBefore);
  return { ...browsed, notices: [...visible.notices, ...browsed.notices], refused: visible.refused };
}

/** The same among records that a question of this person has found. */
export function browseAmong(
  snapshot: IndexSnapshot,
  person: Person,
  hits: HitSet,
  request: SearchRequest,
): readonly BrowsedTerm[] {
  return browse(snapshot, request, 'around', hits, optionsFor(snapshot, person)).terms;
}
