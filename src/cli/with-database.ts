import type { Settings } from '../config/settings.ts';
import type { Database } from '../store/database.ts';
import { openStore } from '../store/open.ts';
import { requireLibrary } from './require-library.ts';

/** Opens the database of a library for the length of some work. */
export async function withDatabase<T>(settings: Settings, work: (database: Database) => Promise<T>): Promise<T> {
  return withNewDatabase(requireLibrary(settings), work);
}

/** The same, for what may be done to a library before all else: it is made where there is none. */
export async function withNewDatabase<T>(settings: Settings, work: (database: Database) => Promise<T>): Promise<T> {
  const store = await openStore(settings);
  try {
    return await work(store.database);
  } finally {
    await store.release();
  }
}
