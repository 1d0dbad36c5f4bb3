import sql from 'sql-template-tag';
import type { Settings } from '../../../config/settings.ts';
import { type BackupState, backupState } from '../../../maintain/backup/state.ts';
import type { Queryable } from '../../../store/database.ts';

export interface LibraryBackups extends BackupState {
  /**
   * Since the library began, or was restored for the last time: what is older was another one's.
   * Milliseconds.
   */
  readonly libraryAge: number;
}

/** How backups stand, asked without waiting for a database that is away. */
export async function libraryBackups(database: Queryable): Promise<LibraryBackups> {
  const now: Queryable = { query: (statement) => database.query(statement, { patience: 0 }) };
  const [row] = await now.query<{ age: number }>(sql`
    SELECT (extract(epoch FROM clock_timestamp() - greatest(created, (SELECT max(began) FROM restored))) * 1000)::float8
      AS age FROM library`);
  return { ...(await backupState(now)), libraryAge: row!.age };
}

/** Does this library make backups by itself, and try restores? */
export function makesBackups({ backupAt, isolated }: Pick<Settings, 'backupAt' | 'isolated'>): boolean {
  return backupAt !== 'off' && !isolated;
}
