import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. */
const between = 50;

/**
 * What `look` finds once it finds something other than undefined and false; an error of it is "not yet". Throws after `timeout` ms with what was waited for and
 * the last error.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeout = 10_000,
): Promise<T> {
  const end = performance.now() + timeout;
  let problem: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > end) {
      const because = problem instanceof Error ? `: ${problem.message}` : '';
      throw new Error(`${what} did not come about in ${timeout} ms${because}`);
    }
    await sleep(between);
  }
}
