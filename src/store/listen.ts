import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clientConfig } from './database.ts';

const shortestPause = 100;
const longestPause = 5_000;
const connectTimeout = 10_000;

/**
 * Calls `onWake` at each notification with its payload, and after each (re)connection with undefined, since what came in between is lost: a
 * notification only says "look".
 * Tries for ever, with growing pauses. Resolves when the signal has aborted and the connection is closed; rejects only for a wrong address.
 */
export async function listen(
  url: string,
  channel: string,
  onWake: (payload: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  let pause = shortestPause;
  while (!signal.aborted) {
    const client = new pg.Client(clientConfig(url, { connectTimeout, statementTimeout: 0, lockTimeout: 0 }));
    const over = new Promise<void>((resolve) => {
      client.once('error', () => resolve());
      client.once('end', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('error', () => {});
    client.on('notification', ({ payload }) => onWake(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      pause = shortestPause;
      onWake(undefined);
      await over;
    } catch {
      // Not reachable now; the pause below and the next round deal with it.
    }
    await client.end().catch(() => {});
    if (signal.aborted) return;
    await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    pause = Math.min(longestPause, pause * 2);
  }
}
