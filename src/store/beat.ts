/** A timer may ring so much before its time: it must not ring twice. Milliseconds. */
const early = 2;

/**
 * Milliseconds until the next multiple of `every` by this process's own clock. Whatever is looked
 * at regularly is looked at on such a beat, together: a process that nobody asks sleeps between.
 * Two beats are a millisecond more or less than
 * `every` apart, so whoever also counts the time must not want exactly that.
 */
export function untilBeat(every: number): number {
  const left = every - (performance.now() % every);
  return Math.ceil(left < early ? left + every : left);
}

export interface Beat {
  /** The interval has changed: the next beat is found anew. */
  replan(): void;
  stop(): void;
}

/**
 * Works on each beat of so many milliseconds, asked for each time; keeps no process alive. An error
 * is the process's, as of any timer.
 */
export function onBeat(every: () => number, work: () => void): Beat {
  let timer: NodeJS.Timeout;
  const plan = (): void => {
    timer = setTimeout(turn, untilBeat(every())).unref();
  };
  const turn = (): void => {
    plan();
    work();
  };
  plan();
  return {
    replan: () => {
      clearTimeout(timer);
      plan();
    },
    stop: () => clearTimeout(timer),
  };
}
