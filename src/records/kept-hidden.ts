import { UserError } from '../errors/errors.ts';
import type { MarcRecord } from '../marc/record.ts';
import { recordErrors } from './errors.ts';
import type { HiddenPaths } from './load/hidden.ts';
import { hasPlaceFor } from './load/hidden-places.ts';

/**
 * A record as somebody made it of a version of which hidden fields were not shown to them: with
 * these fields. Throws a UserError when there is no place for them.
 */
export function withHiddenOf(record: MarcRecord, base: MarcRecord, id: number, paths: HiddenPaths): MarcRecord {
  const [stored, given] = [paths.partOf(base), paths.partOf(record)];
  const lost = (stored?.mask ?? 0n) & ~(given?.mask ?? 0n);
  if (stored === undefined || lost === 0n) return record;
  if (!hasPlaceFor(given, stored, lost)) {
    const values = { record: 'The record', id, paths: paths.namesOf(lost).join(', ') };
    throw new UserError(recordErrors.hiddenNoPlace, values);
  }
  return paths.withKept(record, base);
}
