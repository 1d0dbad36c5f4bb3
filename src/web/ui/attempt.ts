/** Whom to tell of a record that is left out of a list, and why. */
export interface LeavesOut {
  readonly leftOut: (id: number, error: unknown) => void;
}

/**
 * What is drawn of one record of a list; undefined when that fails: it is left out, and the log
 * says which and why, since the list is for all others.
 */
export function attempt<T>({ leftOut }: LeavesOut, id: number, draw: () => T): T | undefined {
  try {
    return draw();
  } catch (error) {
    leftOut(id, error);
    return undefined;
  }
}
