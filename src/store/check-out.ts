import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isAway, isQueueTimeout, isUnreachable } from './failures.ts';
import { isStandbyStatement, NoPrimary, type Servers } from './servers.ts';

/** A connection that leads to a standby is none of ours. */
export function verifyPrimary(client: pg.PoolClient, done: (error?: Error) => void): void {
  client.query<{ standby: boolean }>(isStandbyStatement).then(
    ({ rows }) => done(rows[0]?.standby === true ? new NoPrimary('the server is a standby') : undefined),
    (error: Error) => done(error),
  );
}

const betweenTries = 150;
/** In a long outage. */
const tryEvery = 1_000;

/**
 * Connections, with patience: while no server can be reached, or none is a primary, it is tried again until the outage has lasted so long, from one server to
 * the next. In an outage that has lasted longer one at a time tries, and all others are told at once, so that what can do without the database does.
 */
export function checkOutOf(
  pool: pg.Pool,
  servers: Servers,
  revive: (() => Promise<void>) | undefined,
): (patience: number) => Promise<pg.PoolClient> {
  let outage: { readonly since: number; last: number; error: unknown } | undefined;
  let trying = false;
  return async (patience) => {
    // Who has no patience still asks each server once: the primary may be the last of them.
    const tries = patience === 0 ? servers.urls.length : 1;
    for (let tried = 1; ; tried++) {
      const now = performance.now();
      const isLong = outage !== undefined && now - outage.since > patience && (patience > 0 || tried === 1);
      if (isLong && outage !== undefined && (trying || now - outage.last < tryEvery)) throw outage.error;
      const address = servers.current;
      if (isLong) trying = true;
      const connecting = pool.connect().finally(() => {
        if (isLong) trying = false;
      });
      try {
        const client = await connectionWithin(connecting, patience);
        outage = undefined;
        return client;
      } catch (error) {
        if (revive !== undefined && isAway(error)) {
          await revive();
          return await pool.connect();
        }
        // All connections in use is no outage.
        if (!isUnreachable(error) || isQueueTimeout(error)) throw error;
        servers.leave(address);
        outage ??= { since: now, last: now, error };
        outage.error = error;
        outage.last = performance.now();
        if (outage.last - outage.since >= patience && tried >= tries) throw error;
        await sleep(betweenTries * (0.5 + Math.random()));
      }
    }
  };
}

/** Who has no patience at all waits as long as a connection takes. A connection that comes too late goes back to the pool. */
async function connectionWithin(connecting: Promise<pg.PoolClient>, patience: number): Promise<pg.PoolClient> {
  if (patience === 0) return connecting;
  try {
    return await within(connecting, patience);
  } catch (error) {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    );
    throw error;
  }
}

/** Rejects as for a server that does not answer when it takes longer, in ms. */
export async function within<T>(work: Promise<T>, limit: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = Object.assign(new Error(`no answer for ${Math.round(limit)} ms`), { code: 'ETIMEDOUT' });
    late.reject(error);
  }, limit);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
