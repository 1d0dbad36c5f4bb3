import { type CitationView, citationView } from '../citations/view.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { openableRecords } from './visible.ts';

/**
 * Citations as a person sees them: among all records that the person may open, whichever collection
 * is looked at, since how often a paper is cited does not depend on that. Undefined while the graph
 * is being made.
 */
export function citationsFor(snapshot: IndexSnapshot, person: Person): CitationView | undefined {
  if (snapshot.citations === undefined) return undefined;
  return citationView(snapshot, openableRecords(person, snapshot));
}
