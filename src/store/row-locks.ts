import type pg from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { applicationName, clientConfig, type Queryable } from './database.ts';
import { connectToPrimary } from './servers.ts';

/** Tells our advisory locks from those of leases and contents. */
const family = 0x52_4f_57_53;
const connectTimeout = 10_000;

/**
 * Locks of numbered rows on a connection of its own: they end with the process, however that ends.
 * The connection also hears of one channel.
 */
export interface RowLocks {
  /** The number of its database process. */
  readonly holder: number;
  /** Aborts when the connection breaks, and all locks with it. */
  readonly lost: AbortSignal;
  /** On this connection, so that a statement can take a lock as it changes the row. */
  readonly query: Queryable['query'];
  release(id: number): Promise<void>;
  close(): Promise<void>;
}

/** Throws what stands in the way of a connection. */
export async function openRowLocks(
  url: string,
  {
    label,
    channel,
    onWake,
  }: { readonly label: string; readonly channel: string; readonly onWake: (payload: string) => void },
): Promise<RowLocks> {
  const lost = new AbortController();
  const client: pg.Client = await connectToPrimary(url, {
    ...clientConfig(url, { connectTimeout, statementTimeout: 10_000, lockTimeout: 10_000 }),
    application_name: `${applicationName} ${label}`.slice(0, 60),
  });
  client.on('error', () => lost.abort());
  client.once('end', () => lost.abort());
  client.on('notification', ({ payload = '' }) => onWake(payload));
  let last: Promise<unknown> = Promise.resolve();
  // One after the other, as a connection does them.
  const query = <Row extends object>(statement: Sql): Promise<Row[]> => {
    const next = last.then(() => client.query<Row>({ text: statement.text, values: statement.values as unknown[] }));
    last = next.catch(() => undefined);
    return next.then(({ rows }) => rows);
  };
  try {
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    const [self] = await query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    return {
      holder: self!.pid,
      lost: lost.signal,
      query,
      release: async (id) => {
        await query(sql`SELECT pg_advisory_unlock(${family}::integer, ${id}::integer)`);
      },
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** An expression that takes the lock of a row, and is true when nobody else has it. */
export function takeRowLock(id: Sql): Sql {
  return sql`pg_try_advisory_lock(${family}::integer, ${id})`;
}

/** A condition: the database process holds the lock of the row now. */
export function rowIsLocked(id: Sql, holder: Sql): Sql {
  return sql`EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${family} AND objid = ${id}::oid AND objsubid = 2 AND granted AND pid = ${holder}
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;
}
