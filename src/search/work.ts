/**
 * Work on a question that may be interrupted: it yields wherever something else can have its turn, a few milliseconds apart at most. Whoever has nothing else to do
 * finishes it in one go.
 */
export type Work<T> = Generator<undefined, T>;

export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
