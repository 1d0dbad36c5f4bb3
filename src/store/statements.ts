import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Is told of the statements that are run on behalf of one request, or of any other piece of work.
 */
export interface StatementWatch {
  /** A statement begins; what it gives is called when it has ended. */
  begin(text: string, values: readonly unknown[]): (rows: number) => void;
}

/** Whoever runs work inside this is told of its statements; work outside costs nothing. */
export const statementWatch = new AsyncLocalStorage<StatementWatch>();
