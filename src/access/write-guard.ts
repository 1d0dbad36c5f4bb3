import { UserError } from '../errors/errors.ts';
import type { RecordVersion } from '../index/entry.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { may, type Person } from '../people/person.ts';
import { wouldShow } from './deleted.ts';
import { guardErrors } from './errors.ts';
import { seesAllCollections } from './history.ts';
import { type EditAction, mayEditSome, mayEditVersion } from './may-edit.ts';
import { seesNoCollection } from './no-collection.ts';

/** What allows to send records: that of editors, and that of robots. */
export const uploadActions: readonly EditAction[] = ['runbibedit', 'runbatchuploader'];
export const editActions: readonly EditAction[] = ['runbibedit'];

/** May they change every record that there is, in no collection too? Then none need be looked at. */
export function changesEverything(person: Person, snapshot: IndexSnapshot): boolean {
  return (
    may(snapshot.site, person, 'runbibedit') &&
    seesAllCollections(person, snapshot) &&
    seesNoCollection(person, snapshot)
  );
}

export function changesSome(person: Person, snapshot: IndexSnapshot, actions: readonly EditAction[]): boolean {
  return actions.some((action) => mayEditSome(person, snapshot, action));
}

/** Asked by the writer of records: each throws a UserError for what the person may not do. */
export interface AccessGuard {
  readonly before: (version: RecordVersion) => void;
  readonly after: (version: RecordVersion) => void;
}

/**
 * Decides of each record by itself, as it is when it is written: what the index knows may be a
 * moment older. Undefined: they may change all. Of what is not shown to them it says as little as
 * of what is not there: `unknown`.
 */
export function guardFor(
  person: Person,
  snapshot: IndexSnapshot,
  actions: readonly EditAction[],
  unknown: (id: number) => UserError = () => new UserError(guardErrors.clash),
): AccessGuard | undefined {
  if (changesEverything(person, snapshot)) return undefined;
  const isAllowed = (version: RecordVersion): boolean =>
    actions.some((action) => mayEditVersion(person, snapshot, version, action));
  return {
    before: (version) => {
      const allowed = isAllowed(version);
      if (allowed && !version.deleted) return;
      if (!wouldShow(person, snapshot, version)) throw unknown(version.id);
      if (!allowed) throw new UserError(guardErrors.notYours, { id: version.id });
    },
    after: (version) => {
      // Whoever may change a record may delete it.
      if (version.deleted && version.revision > 1) return;
      if (!isAllowed(version)) throw new UserError(guardErrors.notYoursAfter);
    },
  };
}
