import sql from 'sql-template-tag';
import type { Settings } from '../config/settings.ts';
import type { Database } from './database.ts';
import { migrationStatus } from './migrate.ts';

export interface DatabaseStatus {
  readonly version: string;
  readonly embedded: boolean;
  /** Of the library's database. */
  readonly bytes: number;
  /** Ours included. */
  readonly connections: number;
  readonly schema: { readonly there: number; readonly here: number; readonly pending: readonly string[] };
}

export async function databaseStatus(database: Database, settings: Settings): Promise<DatabaseStatus> {
  const { there, here, pending } = await migrationStatus(database);
  const [found] = await database.query<Pick<DatabaseStatus, 'version' | 'bytes' | 'connections'>>(sql`
    SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
      (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections`);
  const { version, bytes, connections } = found ?? { version: 'unknown', bytes: 0, connections: 0 };
  const schema = { there, here, pending: pending.map(({ file }) => file) };
  return { version, bytes, connections, embedded: settings.databaseUrl === undefined, schema };
}
