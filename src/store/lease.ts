import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { applicationName, clientConfig, type Queryable } from './database.ts';
import { explain } from './failures.ts';
import { connectToPrimary } from './servers.ts';

/** Work that only one process of all nodes may do at a time. */
const leases = {
  load: 1,
  indexer: 2,
  numbers: 3,
  tasks: 4,
  'long-tasks': 5,
  gc: 6,
  backup: 7,
  oai: 11,
  webhooks: 12,
  duplicates: 13,
  checks: 14,
} as const;
export type LeaseName = keyof typeof leases;

/** Tells our advisory locks from those of other programs in the same database. */
const family = 0x52_45_50_45;
const pollPause = 500;
/** Milliseconds. */
const connectTimeout = 10_000;

/**
 * Held as a session advisory lock on a connection of its own, so it ends with the process, however
 * that ends.
 */
export interface Lease {
  /** Aborts when the connection breaks, and the lease with it. */
  readonly lost: AbortSignal;
  /** The number of its database process. */
  readonly holder: number;
  release(): Promise<void>;
}

/**
 * Aborts with the signal, and when the lease is lost: what needs it is given up then, since
 * somebody else may have it.
 */
export function whileHeld({ lost }: Lease, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? lost : AbortSignal.any([signal, lost]);
}

export interface LeaseOptions {
  /** What the holder does, for others who ask: "load records.xml". */
  readonly label: string;
  /** False: undefined at once when somebody else holds it. True: waits for its turn. */
  readonly wait: boolean;
  /** Called once when it has to wait. */
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal;
}

/** Throws what stands in the way as `connect` does: a database that went away is no bug. */
export async function takeLease(url: string, name: LeaseName, options: LeaseOptions): Promise<Lease | undefined> {
  return await explained(() => take(url, name, options));
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error, connectTimeout);
  }
}

async function take(url: string, name: LeaseName, options: LeaseOptions): Promise<Lease | undefined> {
  const lost = new AbortController();
  const client = await connectToPrimary(url, {
    ...clientConfig(url, { connectTimeout, statementTimeout: 10_000, lockTimeout: 10_000 }),
    // PostgreSQL cuts names at 63 bytes.
    application_name: `${applicationName} ${options.label}`.slice(0, 60),
  });
  client.on('error', () => lost.abort());
  client.once('end', () => lost.abort());
  try {
    for (let told = false; ; told = true) {
      const taken = await client.query<{ taken: boolean; holder: number }>(
        'SELECT pg_try_advisory_lock($1, $2) AS taken, pg_backend_pid() AS holder',
        [family, leases[name]],
      );
      const [found] = taken.rows;
      if (found?.taken === true) return { lost: lost.signal, holder: found.holder, release: () => client.end() };
      if (!options.wait) break;
      if (!told) options.onWait?.(await holderOf(client, name));
      await sleep(pollPause, undefined, { signal: options.signal });
    }
  } catch (error) {
    await client.end();
    throw error;
  }
  await client.end();
  return undefined;
}

/** A condition: the database process holds it now. */
export function leaseIsHeld(name: LeaseName, holder: Sql): Sql {
  return sql`EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${family} AND objid = ${leases[name]} AND objsubid = 2 AND granted AND pid = ${holder}
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;
}

/** Whether any process of the library holds it now. */
export async function isHeld(database: Queryable, name: LeaseName): Promise<boolean> {
  const held = await database.query(sql`
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${family} AND objid = ${leases[name]} AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return held.length > 0;
}

/** Who holds it now, and since when, for people. */
export async function leaseHolder(database: Queryable, name: LeaseName): Promise<string> {
  const [holder] = await database.query<{ name: string; since: Date }>(sql`
    SELECT application_name AS name, backend_start AS since FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND classid = ${family} AND objid = ${leases[name]} AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return holderText(holder);
}

async function holderOf(client: pg.Client, name: LeaseName): Promise<string> {
  const found = await client.query<{ name: string; since: Date }>(
    `SELECT application_name AS name, backend_start AS since FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [family, leases[name]],
  );
  return holderText(found.rows[0]);
}

function holderText(holder: { readonly name: string; readonly since: Date } | undefined): string {
  return holder === undefined ? 'another process' : `"${holder.name}" (since ${holder.since.toISOString()})`;
}

/**
 * A lease that its holder has nearly all the time, and others share for the length of a
 * transaction: they wait in a queue, and the holder lets them pass when it suits.
 */
export interface SharedLease {
  /** Whether somebody waits for `letPass`. */
  waiters(): Promise<boolean>;
  /** Lets all who wait have their transaction, and resolves when the lease is held again. */
  letPass(): Promise<void>;
  release(): Promise<void>;
}

/** Waits until all who share it now are done. */
export async function holdSharedLease(url: string, name: LeaseName): Promise<SharedLease> {
  const config = clientConfig(url, { connectTimeout, statementTimeout: 0, lockTimeout: 0 });
  const client = await explained(() => connectToPrimary(url, config));
  // What breaks it is told to whoever asks next.
  client.on('error', () => undefined);
  const key = [family, leases[name]];
  const ask = (statement: string) => explained(() => client.query(statement, key));
  const hold = async (): Promise<void> => {
    await ask('SELECT pg_advisory_lock($1, $2)');
  };
  await hold();
  return {
    waiters: async () => {
      const found =
        await ask(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      return found.rows.length > 0;
    },
    letPass: async () => {
      await ask('SELECT pg_advisory_unlock($1, $2)');
      // Locks are queued: who waits now comes first.
      await hold();
    },
    release: () => client.end(),
  };
}

/** Shares the lease until the transaction ends. Call it before anything else that locks. */
export async function shareLease(transaction: Queryable, name: LeaseName): Promise<void> {
  await transaction.query(sql`SELECT pg_advisory_xact_lock_shared(${family}::integer, ${leases[name]}::integer)`);
}
