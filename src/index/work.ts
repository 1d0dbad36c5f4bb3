/**
 * Work on a question that may be interrupted: it yields wherever something else can have its turn,
 * a few milliseconds apart at most. Whoever has nothing else to do finishes it in one go.
 */
export type Work<T> = Generator<undefined, T>;

/** Numbers that are looked at between two yields: a millisecond, more or less. */
export const betweenTurns = 1 << 16;
/**
 * From so many hits on, work on them is done with pauses, and in memory of its own. Fewer take some
 * milliseconds.
 */
export const manyHits = 100_000;

export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
/** Does some of the work: until it is done, or until so many milliseconds have passed. */
export function slice<T>(work: Work<T>, milliseconds: number): IteratorResult<undefined, T> {
  const until = performance.now() + milliseconds;
  for (;;) {
    const step = work.next();
    if (step.done || performance.now() >= until) return step;
  }
}
