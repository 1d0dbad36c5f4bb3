/** The database may be away: what is shown beside is shown without it then. Milliseconds. */
const limit = 1_000;

/** Undefined when the answer fails, or does not come in time. */
export async function unlessLate<T>(answer: Promise<T>): Promise<T | undefined> {
  return Promise.race([
    answer.catch(() => undefined),
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), limit).unref()),
  ]);
}
