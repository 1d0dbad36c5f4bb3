import type { Database } from '../../store/database.ts';
import { touchSome } from './store.ts';

/** Records of a transaction: a second of the database, more or less. */
const atOnce = 10_000;

/**
 * Gives all records of a set that `askToTouch` has marked a new date, so that harvesters fetch them
 * again; how many. What a killed process leaves is taken up by the next who calls this.
 */
export async function touchSet(
  database: Database,
  set: number,
  { signal, onSome }: { readonly signal?: AbortSignal; readonly onSome?: (records: number) => void } = {},
): Promise<number> {
  let done = 0;
  for (;;) {
    signal?.throwIfAborted();
    const some = await database.transaction((transaction) => touchSome(transaction, set, atOnce), { attempts: 3 });
    done += some;
    onSome?.(done);
    if (some < atOnce) return done;
  }
}
