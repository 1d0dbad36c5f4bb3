/** How a file system that may not answer is asked. */
export interface GateOptions {
  /** How many may wait for its answer at once: each holds a thread of Node until it comes. */
  readonly most: number;
  /** For so long, in ms; then the asker is told, and the thread waits on. */
  readonly patience: number;
}

/** Nobody knows how long it will last. */
export class NoAnswer extends Error {
  constructor(patience: number) {
    super(`it has not answered for ${Math.round(patience / 1000)} s`);
  }
}

/**
 * `isPatient`: once it is let through it is waited for, however long it takes.
 */
export type Gate = <T>(work: () => Promise<T>, isPatient?: boolean) => Promise<T>;

/**
 * Lets so many through at once. The mount of a file server that is away keeps whoever asks it
 * waiting, in a thread that nobody can take back. Threads are few, and the index and all else need
 * them too, so those who ask beyond that wait outside, and not for ever. Rejects with `NoAnswer`.
 */
export function gateOf({ most, patience }: GateOptions): Gate {
  let inside = 0;
  const outside: (() => void)[] = [];
  const leave = (): void => {
    const next = outside.shift();
    if (next === undefined) inside--;
    else next();
  };
  const enter = async (): Promise<void> => {
    if (inside < most) {
      inside++;
      return;
    }
    const turn = Promise.withResolvers<void>();
    outside.push(turn.resolve);
    const late = setTimeout(() => {
      const place = outside.indexOf(turn.resolve);
      if (place === -1) return;
      outside.splice(place, 1);
      turn.reject(new NoAnswer(patience));
    }, patience);
    await turn.promise.finally(() => clearTimeout(late));
  };
  return async (work, isPatient = false) => {
    await enter();
    // Also what throws before it promises anything gives its place back.
    const answer = (async () => work())().finally(leave);
    if (isPatient) return await answer;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new NoAnswer(patience)), patience);
    // What it says after all is for nobody.
    answer.catch(() => undefined);
    return await Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
  };
}
