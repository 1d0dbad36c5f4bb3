import { UserError } from '../errors/errors.ts';
import type { RecordVersion } from '../index/entry.ts';
import { recordIdIn } from '../index/record-id.ts';
import { recordErrors } from '../records/errors.ts';
import { readRecord, readRevision } from '../records/history.ts';
import type { Database } from '../store/database.ts';

/** The number of a record as somebody types it. Throws UserError. */
export function recordNumber(text: string): number {
  const number = recordIdIn(text);
  if (number !== undefined) return number;
  throw new UserError(recordErrors.noNumber, { text });
}

/** A version of a record, the newest unless one is named. Throws UserError. */
export async function readVersion(
  database: Database,
  id: string,
  revision: number | undefined,
): Promise<RecordVersion> {
  const number = recordNumber(id);
  return revision === undefined ? await readRecord(database, number) : await readRevision(database, number, revision);
}
