import type { WebLibrary } from './environment.ts';

/**
 * The index is read every second; who has not for so long cannot reach the database. Milliseconds.
 */
const awayAfter = 5_000;

/**
 * Is the database away? Then searching goes on from the index of this node, as it was read last.
 */
export function isDatabaseAway({ state }: WebLibrary): boolean {
  return state().age > awayAfter;
}
