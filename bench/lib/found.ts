import { setTimeout as sleep } from 'node:timers/promises';
import { countFor } from '../../src/access/ask.ts';
import type { Library } from '../../src/library/open.ts';
import { guest } from '../../src/people/person.ts';
import { emptyRequest } from '../../src/search/request.ts';

const giveUpAfter = 30_000;

/**
 * Asks again and again, as a reader's guest, until the word finds something. Looks only: the
 * library must notice by itself.
 */
export async function whenFound(library: Library, word: string): Promise<void> {
  const deadline = performance.now() + giveUpAfter;
  while (countFor(library.snapshot(), guest, { ...emptyRequest, text: word }) === 0) {
    if (performance.now() > deadline) throw new Error(`${word} was not found within ${giveUpAfter} ms`);
    await sleep(1);
  }
}

/** Milliseconds since 1970 with fractions: the same clock in all processes of a machine. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
