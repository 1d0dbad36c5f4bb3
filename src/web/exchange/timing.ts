import { slice, type Work } from '../../index/work.ts';
import { recordStages, type Stage } from '../../search/stages.ts';
import type { RequestWork } from '../limits/limits.ts';

/** Milliseconds of work after which others have their turn: most questions take less. */
const sliceTime = 10;

/** Where the time of one answer goes: shown to clients as Server-Timing, read by the benchmarks. */
export class Timing {
  readonly #start = performance.now();
  #search = 0;
  #sql = 0;
  #statements = 0;
  /** Where to record what the search engine does; undefined: nowhere. */
  readonly #stages: Stage[] | undefined;

  constructor(stages?: Stage[]) {
    this.#stages = stages;
  }

  /** Work of the search engine. */
  search<T>(work: () => T): T {
    const start = performance.now();
    try {
      return this.#stages === undefined ? work() : recordStages(this.#stages, work);
    } finally {
      this.#search += performance.now() - start;
    }
  }

  /** Work of the search engine with pauses, in which others have their turn. */
  async searchInTurns<T>(work: Work<T>, turns: RequestWork): Promise<T> {
    try {
      for (;;) {
        const before = this.#search;
        const step = this.search(() => slice(work, sliceTime));
        turns.used(this.#search - before);
        if (step.done) return step.value;
        await turns.pause();
      }
    } finally {
      turns.end();
    }
  }

  /** One statement to the database. */
  async sql<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    this.#statements++;
    try {
      return await work();
    } finally {
      this.#sql += performance.now() - start;
    }
  }

  get searchMilliseconds(): number {
    return this.#search;
  }

  get statements(): number {
    return this.#statements;
  }

  /** W3C Server Timing; "sql" has the number of statements as its description. */
  header(): string {
    const total = performance.now() - this.#start;
    return `total;dur=${total.toFixed(2)}, search;dur=${this.#search.toFixed(2)}, sql;dur=${this.#sql.toFixed(2)};desc="${this.#statements}"`;
  }
}
