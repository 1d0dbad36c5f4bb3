import type { Database } from '../../store/database.ts';
import { begin, end } from './restore.ts';

/** As `status` calls what the library was restored from. */
const otherProgram = 'a copy by another program';

/**
 * The database was restored by another program, as pgBackRest: no node takes index files from
 * before for those of now. `at`: the time whose state it is.
 */
export async function noteRestoredByOthers(database: Database, at: Date): Promise<void> {
  await database.transaction(async (transaction) => {
    await begin(transaction, otherProgram, at.toISOString());
    await end(transaction);
  });
}
