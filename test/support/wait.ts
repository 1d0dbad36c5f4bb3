import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds: as long as a machine that does other work may take; a test that passes never waits
 * for it.
 */
const generous = 60_000;
/** Milliseconds between two looks: short at first, for what is there almost at once. */
const shortest = 5;
const longest = 50;

/**
 * What `look` finds once it finds something other than undefined and false; an error of it is "not
 * yet". Throws after
 * `timeout` ms with what was waited for and the last error.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeout = generous,
): Promise<T> {
  const end = performance.now() + timeout;
  for (let between = shortest; ; between = Math.min(longest, between * 1.5)) {
    let problem: unknown;
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > end) {
      const because = problem instanceof Error ? `: ${problem.message}` : '';
      throw new Error(`${what} did not come about in ${timeout} ms${because}`, { cause: problem });
    }
    await sleep(between);
  }
}
