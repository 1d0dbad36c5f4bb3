/** Nothing came in time; the code is that of the network. */
export class NoAnswer extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Rejects as for a server that does not answer when it takes longer, in ms. */
export async function withTimeLimit<T>(work: Promise<T>, limit: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new NoAnswer(`no answer for ${Math.round(limit)} ms`));
  }, limit);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
