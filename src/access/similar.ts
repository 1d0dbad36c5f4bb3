import type { Brief } from '../index/brief.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { similarRecords } from '../search/search.ts';
import { optionsFor } from './ask.ts';
import { visibleRecords } from './visible.ts';

/** The records of the library most like one, among those that a person may see. */
export function similarFor(
  snapshot: IndexSnapshot,
  person: Person,
  id: number,
  most: number,
): readonly { readonly id: number; readonly brief: Brief }[] {
  return similarRecords(snapshot, id, visibleRecords(person, snapshot).hits, most, optionsFor(snapshot, person));
}
