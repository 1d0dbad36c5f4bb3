import { type CitationView, citationView } from '../citations/view.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { collectionTree } from './collections.ts';
import type { Person } from './person.ts';
import { visibleRecords } from './visible.ts';

/**
 * Citations as a person sees them: among all records that the person may open, whichever collection is looked at, since how
 * often a paper is cited does not depend on that. Undefined while the graph is being made.
 */
export function citationsFor(snapshot: IndexSnapshot, person: Person): CitationView | undefined {
  if (snapshot.citations === undefined) return undefined;
  const { byName } = collectionTree(snapshot.site);
  return citationView(snapshot, visibleRecords(person, snapshot, { collections: [...byName.keys()] }).hits);
}
