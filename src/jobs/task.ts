/**
 * Something that is done again and again, by one process of all nodes at a time. It may be killed
 * anywhere and begun again.
 */
export interface Task {
  /** What people type: letters and hyphens. */
  readonly name: string;
  readonly summary: string;
  /** From the end of one to the next, in ms. */
  readonly every: number;
  /**
   * Rejects when it cannot be done; it is tried again then, more and more rarely. Gives up when the
   * signal aborts.
   */
  run(signal: AbortSignal): Promise<Outcome>;
}

export interface Outcome {
  /** A sentence: what was done. */
  readonly did: string;
  /** A sentence: what an operator must look at, and what to type. */
  readonly problem?: string;
}
