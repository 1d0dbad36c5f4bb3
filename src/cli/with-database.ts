import type { Settings } from '../config/settings.ts';
import type { Database } from '../store/database.ts';
import { openStore } from '../store/open.ts';

/** Opens the database for the length of some work. */
export async function withDatabase<T>(settings: Settings, work: (database: Database) => Promise<T>): Promise<T> {
  const store = await openStore(settings);
  try {
    return await work(store.database);
  } finally {
    await store.release();
  }
}
