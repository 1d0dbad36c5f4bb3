import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clientConfig } from './database.ts';
import { connectToPrimary } from './servers.ts';

const shortestPause = 100;
const longestPause = 5_000;
const connectTimeout = 10_000;

/**
 * Calls `onWake` at each notification with its payload, and after each (re)connection with
 * undefined, since what came in between is lost: a notification only says "look". Tries for ever,
 * with growing pauses. Resolves when the signal has aborted and the connection is closed; rejects
 * only for a wrong address.
 */
export async function listen(
  url: string,
  channel: string,
  onWake: (payload: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const config = clientConfig(url, { connectTimeout, statementTimeout: 0, lockTimeout: 0 });
  let pause = shortestPause;
  while (!signal.aborted) {
    let client: pg.Client | undefined;
    try {
      const opened = await connectToPrimary(url, config);
      client = opened;
      const over = new Promise<void>((resolve) => {
        opened.once('error', () => resolve());
        opened.once('end', () => resolve());
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      opened.on('notification', ({ payload }) => onWake(payload));
      await opened.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      pause = shortestPause;
      onWake(undefined);
      await over;
    } catch {
      // Not reachable now; the pause below and the next round deal with it.
    }
    await client?.end().catch(() => {});
    if (signal.aborted) return;
    await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    pause = Math.min(longestPause, pause * 2);
  }
}
