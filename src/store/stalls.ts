import pg from 'pg';
import { isUnreachable } from './failures.ts';
import type { Servers } from './servers.ts';

/**
 * Finds statements that nobody answers any more. A server that is cut off sends nothing, not even a refusal, and TCP waits a quarter of an hour: so when a statement
 * has run for a while, a connection of its own asks the server whether it is still at it. If not, or if there is no answer, the statement's connection is broken, and
 * whoever waits hears that it was lost.
 */
export class StallWatch {
  readonly #servers: Servers;
  readonly #config: pg.ClientConfig;
  readonly #running = new Map<pg.ClientBase, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(servers: Servers, config: pg.ClientConfig) {
    this.#servers = servers;
    this.#config = config;
  }

  /** A statement begins; call what is given when it has ended. */
  begin(client: pg.ClientBase): () => void {
    this.#running.set(client, performance.now());
    this.#timer ??= setInterval(() => void this.#look(), lookEvery).unref();
    return () => {
      this.#running.delete(client);
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    if (this.#running.size === 0) return this.close();
    const before = performance.now() - doubtAfter;
    const doubted = [...this.#running].filter(([, since]) => since < before).map(([client]) => client);
    if (this.#looking || doubted.length === 0) return;
    this.#looking = true;
    try {
      const alive = await this.#alive(doubted.map(processId));
      for (const client of doubted) {
        if (alive.has(processId(client))) {
          // Asked again after the same while.
          if (this.#running.has(client)) this.#running.set(client, performance.now());
        } else if (this.#running.has(client)) breakConnection(client);
      }
    } catch {
      // Something else is wrong with the question: nothing is known.
    } finally {
      this.#looking = false;
    }
  }

  /** Which server processes still run; none when the server does not answer. */
  async #alive(pids: readonly number[]): Promise<ReadonlySet<number>> {
    const client = new pg.Client({
      ...this.#config,
      connectionString: this.#servers.current,
      connectionTimeoutMillis: answerWithin,
      query_timeout: answerWithin,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1)', [
        pids,
      ]);
      return new Set(rows.map(({ pid }) => pid));
    } catch (error) {
      if (isUnreachable(error) || (error instanceof Error && /timeout/i.test(error.message))) return new Set();
      throw error;
    } finally {
      void client.end().catch(() => undefined);
    }
  }
}

/** Milliseconds. */
const lookEvery = 1_000;
const doubtAfter = 3_000;
const answerWithin = 2_000;

function processId(client: pg.ClientBase): number {
  return (client as unknown as { readonly processID: number }).processID;
}

function breakConnection(client: pg.ClientBase): void {
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
}
