import type { RecordVersion } from '../index/entry.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { may, type Person } from '../people/person.ts';
import type { Action } from '../site/actions.ts';
import { aloneIn } from './alone.ts';
import { collectionTree } from './collections.ts';
import { type Absent, wouldShow } from './deleted.ts';
import { membersIn } from './members.ts';
import { mayShow } from './visible.ts';

/** What allows to change records, of all collections or of one. */
export type EditAction = Extract<Action, 'runbibedit' | 'runbibeditmulti' | 'runbatchuploader'>;

/**
 * May this person change this record? They must be shown it, and may change all records or those of
 * one of its collections; one in no collection, when they may change all. Not one that is deleted:
 * see `mayRestore`. Nothing is to be told of a record of which the answer is no.
 */
export function mayEdit(
  person: Person,
  snapshot: IndexSnapshot,
  id: number,
  action: EditAction = 'runbibedit',
): boolean {
  if (mayShow(person, snapshot, id) !== 'yes') return false;
  return may(snapshot.site, person, action) || isInOneOf(person, snapshot, id, action);
}

/**
 * May this person bring a deleted record back? They must be shown what it was, and may change all
 * records: a deleted one is in no collection.
 */
export function mayRestore(person: Person, snapshot: IndexSnapshot, before: Absent): boolean {
  return may(snapshot.site, person, 'runbibedit') && wouldShow(person, snapshot, before);
}

/** May this person change any record at all? */
export function mayEditSome(person: Person, snapshot: IndexSnapshot, action: EditAction = 'runbibedit'): boolean {
  return may(snapshot.site, person, action) || collectionsEdited(person, snapshot, action).length > 0;
}

/**
 * The same of a version that the index need not have yet: one that is new, or that a change made. A
 * deletion is in no collection. Takes some milliseconds.
 */
export function mayEditVersion(
  person: Person,
  snapshot: IndexSnapshot,
  version: RecordVersion,
  action: EditAction = 'runbibedit',
): boolean {
  if (version.deleted) return may(snapshot.site, person, action);
  return mayEdit(person, aloneIn(snapshot, version), version.id, action);
}

function isInOneOf(person: Person, snapshot: IndexSnapshot, id: number, action: EditAction): boolean {
  const edited = collectionsEdited(person, snapshot, action);
  return snapshot.segments.some(({ segment, live }) => {
    const ordinal = segment.ordinalOf(id);
    if (ordinal === -1 || !live.has(ordinal)) return false;
    return edited.some((placed) => membersIn(snapshot, segment, placed).has(ordinal));
  });
}

function collectionsEdited(person: Person, snapshot: IndexSnapshot, action: EditAction) {
  return [...collectionTree(snapshot.site).byName.values()].filter(({ collection }) =>
    may(snapshot.site, person, action, { collection: collection.name }),
  );
}
