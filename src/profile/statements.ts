import type { StatementWatch } from '../store/statements.ts';

/** A statement of a request, all times that it was run. Times in ms. */
export interface StatementTime {
  readonly text: string;
  readonly count: number;
  readonly took: number;
  readonly longest: number;
  readonly rows: number;
  /** Of its first run, for a plan. */
  readonly values: readonly unknown[];
}

/**
 * So many runs of one statement in one request are most likely a loop that asks for one thing at a
 * time.
 */
const loopOf = 5;

export function looksLikeLoop({ count }: StatementTime): boolean {
  return count >= loopOf;
}

const mostStatements = 1_000;

export class StatementRecorder implements StatementWatch {
  readonly #found = new Map<
    string,
    { count: number; took: number; longest: number; rows: number; values: readonly unknown[] }
  >();

  begin(text: string, values: readonly unknown[]): (rows: number) => void {
    const began = performance.now();
    return (rows) => {
      const took = performance.now() - began;
      const key = text.replace(/\s+/g, ' ').trim();
      const entry = this.#found.get(key) ?? { count: 0, took: 0, longest: 0, rows: 0, values };
      if (!this.#found.has(key) && this.#found.size >= mostStatements) return;
      entry.count++;
      entry.took += took;
      entry.longest = Math.max(entry.longest, took);
      entry.rows += rows;
      this.#found.set(key, entry);
    };
  }

  /** Those that took longest first. */
  statements(): readonly StatementTime[] {
    return [...this.#found].map(([text, entry]) => ({ text, ...entry })).sort((a, b) => b.took - a.took);
  }
}
