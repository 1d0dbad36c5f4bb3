import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { isAway, isQueueTimeout, isUnreachable, queueTimeout } from './failures.ts';
import type { Servers } from './servers.ts';
import { NoAnswer, withTimeLimit } from './time-limit.ts';

const betweenTries = 150;
/** In a long outage. */
const tryEvery = 1_000;
/** Whoever looks after the index asks every second: what nobody has met for so long may be over. */
const forgottenAfter = 5_000;

export interface CheckOutOptions {
  /**
   * Finds out which of several servers it is now, before it is tried again; undefined: there is one
   * only.
   */
  readonly find: (() => Promise<void>) | undefined;
  readonly revive: (() => Promise<void>) | undefined;
}

/**
 * Connections, with patience: while no server can be reached, or none is a primary, it is tried
 * again until the outage has lasted so long. In an outage that has lasted longer one at a time
 * tries, and all others are told at once, so that what can do without the database does.
 */
export function checkOutOf(
  pool: pg.Pool,
  servers: Servers,
  { find, revive }: CheckOutOptions,
): (patience: number) => Promise<pg.PoolClient> {
  let outage: { readonly since: number; last: number; error: unknown } | undefined;
  let trying = false;
  let inUse = 0;
  pool.on('acquire', () => inUse++);
  pool.on('release', () => inUse--);
  const { max: size = 10 } = pool.options;
  return async (patience) => {
    // Who has no patience still asks each server once: the primary may be the last of them.
    const tries = patience === 0 ? servers.urls.length : 1;
    for (let tried = 1; ; tried++) {
      const now = performance.now();
      // An outage that nobody has met for a while may be over.
      if (outage !== undefined && now - outage.last >= forgottenAfter) outage = undefined;
      const isLong = outage !== undefined && now - outage.since > patience && (patience > 0 || tried === 1);
      if (isLong && outage !== undefined && (trying || now - outage.last < tryEvery)) throw outage.error;
      let address = servers.current;
      if (isLong) trying = true;
      const found = outage === undefined ? undefined : find?.();
      const connecting = (async () => {
        await found;
        address = servers.current;
        return pool.connect();
      })().finally(() => {
        if (isLong) trying = false;
      });
      try {
        const client = await connectionWithin(connecting, patience, () => inUse >= size);
        outage = undefined;
        return client;
      } catch (error) {
        if (revive !== undefined && isAway(error)) {
          await revive().catch((failure: unknown) => {
            throw cannotRevive(failure);
          });
          return await pool.connect();
        }
        // All connections in use is no outage.
        if (!isUnreachable(error) || isQueueTimeout(error)) throw error;
        // Who waits for a moment only does not decide that there is an outage.
        if (error instanceof NoAnswer && patience > 0 && patience < tryEvery) throw error;
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

/** For who asked, the database is away, whatever keeps it from being started again. */
function cannotRevive(failure: unknown): unknown {
  if (!(failure instanceof UserError || (failure instanceof Error && 'syscall' in failure))) return failure;
  return new UserError(storeErrors.databaseAway, { reason: failure.message.replace(/\.$/, '') }, failure);
}

/**
 * Who has no patience at all waits as long as a connection takes. A connection that comes too late
 * goes back to the pool.
 */
async function connectionWithin(
  connecting: Promise<pg.PoolClient>,
  patience: number,
  isBusy: () => boolean,
): Promise<pg.PoolClient> {
  if (patience === 0) return connecting;
  try {
    return await withTimeLimit(connecting, patience);
  } catch (error) {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    );
    throw isBusy() ? new Error(queueTimeout) : error;
  }
}
