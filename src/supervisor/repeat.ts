/**
 * Does something again and again. What it throws is told and ends nothing: a process that measures
 * itself needs files and memory for that, and must not end for the want of them.
 */
export function repeat(
  every: number,
  work: () => void,
  say: (level: 'warn', sentence: string) => void,
): NodeJS.Timeout {
  let last = '';
  return setInterval(() => {
    try {
      work();
      last = '';
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      if (sentence !== last) say('warn', `A task that runs every ${every / 1000} s failed: ${sentence}`);
      last = sentence;
    }
  }, every);
}
