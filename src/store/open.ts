import sql from 'sql-template-tag';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { closeDataFolder } from './closed-folder.ts';
import { connect, type Database } from './database.ts';
import { embeddedUrl, layoutOf } from './embedded/layout.ts';
import { joinServer } from './embedded/share.ts';
import { storeErrors } from './errors.ts';
import { migrate, migrationStatus } from './migrate.ts';
import { refuseUnfinished, unfinishedInDatabase, unfinishedRestore } from './unfinished-restore.ts';

/**
 * The database of a library, opened: of the embedded server, started or joined, or of the server
 * that DATABASE_URL names.
 */
export interface Store {
  readonly database: Database;
  /** For worker threads and other processes that connect on their own. */
  readonly url: string;
  /** Closes the pool; the last user of an embedded server stops it. */
  release(): Promise<void>;
}

export interface OpenOptions {
  /**
   * Default migrate: brings the schema to this version. check: throws unless it is at this version.
   * any: takes it as it is.
   */
  readonly schema?: 'migrate' | 'check' | 'any';
  readonly signal?: AbortSignal | undefined;
  /** Also a library whose restore has not ended: for who restores it. */
  readonly unfinished?: true;
  /**
   * Takes a sentence for the user when the embedded server keeps him waiting. Default: to stderr.
   */
  readonly tell?: (sentence: string) => void;
}

const oldestServer = 150_000;

export async function openStore(settings: Settings, options: OpenOptions = {}): Promise<Store> {
  closeDataFolder(settings);
  if (options.unfinished !== true) refuseUnfinished(unfinishedRestore(settings.dataFolder));
  const server: Server =
    settings.databaseUrl === undefined
      ? await joinServer(layoutOf(settings.dataFolder), {
          tell: toStderr,
          anew: options.unfinished === true,
          ...options,
        })
      : external(settings.databaseUrl);
  let database: Database | undefined;
  try {
    database = connect(server.url, { ...settings, patience: settings.databasePatience, revive: server.revive });
    await checkServer(database);
    await checkSchema(database, options);
  } catch (error) {
    await database?.close();
    await server.release();
    throw error;
  }
  return {
    database,
    url: server.url,
    release: once(async () => {
      await database.close();
      await server.release();
    }),
  };
}

/** The address that `openStore` would connect to, without connecting. */
export function storeUrl(settings: Settings): string {
  return settings.databaseUrl ?? embeddedUrl(layoutOf(settings.dataFolder));
}

interface Server {
  readonly url: string;
  readonly revive?: () => Promise<void>;
  release(): Promise<void>;
}

function external(url: string): Server {
  return { url, release: async () => {} };
}

function toStderr(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

async function checkServer(database: Database): Promise<void> {
  const [found] = await database.query<{ number: string; version: string }>(
    sql`SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version`,
  );
  if (found && Number(found.number) < oldestServer)
    throw new UserError(storeErrors.databaseTooOld, { version: found.version });
}

async function checkSchema(database: Database, { schema = 'migrate', unfinished }: OpenOptions): Promise<void> {
  if (schema === 'migrate') {
    await migrate(database);
    if (unfinished !== true) refuseUnfinished(await unfinishedInDatabase(database));
  }
  if (schema !== 'check') return;
  const { there, here } = await migrationStatus(database);
  if (there < here) throw new UserError(storeErrors.schemaTooOld, { there, here });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
