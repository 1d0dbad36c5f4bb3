import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { type Suggestion, type SuggestWish, suggest } from '../search/guide/suggest.ts';
import { optionsFor } from './ask.ts';
import { type Scope, visibleRecords } from './visible.ts';

/**
 * What may be meant by the beginning of a title, name, subject or journal, from the records that a
 * person may see in a scope.
 */
export function suggestFor(
  snapshot: IndexSnapshot,
  person: Person,
  typed: string,
  wish: SuggestWish,
  scope: Scope = {},
): readonly Suggestion[] {
  const { hits } = visibleRecords(person, snapshot, scope);
  return suggest(snapshot, typed, hits, wish, optionsFor(snapshot, person));
}
