import { type Beat, onBeat } from '../store/beat.ts';

/**
 * Does something on each beat of so many milliseconds. What it throws is told and ends nothing: a
 * process that measures itself needs files and memory for that, and must not end for the want of
 * them.
 */
export function repeat(
  every: number | (() => number),
  work: () => void,
  say: (level: 'warn', sentence: string) => void,
): Beat {
  let last = '';
  return onBeat(typeof every === 'number' ? () => every : every, () => {
    try {
      work();
      last = '';
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      if (sentence !== last) say('warn', `A task that runs every few seconds failed: ${sentence}`);
      last = sentence;
    }
  });
}
