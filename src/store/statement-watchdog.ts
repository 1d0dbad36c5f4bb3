import pg from 'pg';
import { isUnreachable } from './failures.ts';
import { NoPrimary } from './server.ts';
import type { Servers } from './servers.ts';

/**
 * Finds statements that nobody answers any more. A server that is cut off sends nothing, not even a
 * refusal, and TCP waits a quarter of an hour: so when a statement has run for a while, a
 * connection of its own asks whether the server still has it. Only what is certain counts: the
 * server is silent twice while this process is on time, or the very server that had it has it no
 * more. Then the statement's connection is broken, and whoever waits hears that it was lost.
 * Through a pooler, which has process numbers of its own, only silence counts.
 */
export class StatementWatchdog {
  readonly #servers: Servers;
  readonly #config: pg.ClientConfig;
  readonly #running = new Map<pg.ClientBase, number>();
  #timer: NodeJS.Timeout | undefined;
  readonly #wantsPrimary: boolean;
  #looking = false;
  #silent = 0;
  /**
   * By connection: which start of which server it leads to, where process numbers mean something.
   */
  readonly #homes = new WeakMap<pg.ClientBase, string>();

  constructor(servers: Servers, config: pg.ClientConfig, wantsPrimary: boolean) {
    this.#servers = servers;
    this.#wantsPrimary = wantsPrimary;
    this.#config = config;
  }

  /**
   * A connection is new: before anything else it is asked which server has it. Rejects with
   * NoPrimary for a standby where the primary is wanted.
   */
  async meet(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{ server: string; pid: number; standby: boolean }>(
      `SELECT ${serverName} AS server, pg_backend_pid() AS pid, pg_is_in_recovery() AS standby`,
    );
    const { server, pid, standby } = rows[0]!;
    if (standby && this.#wantsPrimary && this.#servers.urls.length > 1) throw new NoPrimary('the server is a standby');
    if (pid === processId(client)) this.#homes.set(client, server);
  }

  /** Has the primary become another server? Of replicas behind one address any may answer. */
  #hasMoved({ isPrimary }: Answer): boolean {
    return this.#wantsPrimary && isPrimary;
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
    const began = performance.now();
    const doubted = [...this.#running].filter(([, since]) => since < began - doubtAfter).map(([client]) => client);
    if (this.#looking || doubted.length === 0) return;
    this.#looking = true;
    try {
      const answer = await this.#ask(doubted.map(processId));
      // Who was late himself cannot say that the other was.
      if (answer === 'silent' && performance.now() - began > answerWithin + lateness) return;
      this.#silent = answer === 'silent' ? this.#silent + 1 : 0;
      for (const client of doubted) {
        if (!this.#running.has(client)) continue;
        if (answer === 'silent') {
          if (this.#silent >= 2) breakConnection(client);
          continue;
        }
        const home = this.#homes.get(client) ?? '';
        const isGone =
          home === answer.server ? !answer.pids.has(processId(client)) : home !== '' && this.#hasMoved(answer);
        if (isGone) breakConnection(client);
        // Asked again after the same while.
        else this.#running.set(client, performance.now());
      }
    } catch {
      // Something else is wrong with the question: nothing is known.
    } finally {
      this.#looking = false;
    }
  }

  async #ask(pids: readonly number[]): Promise<'silent' | Answer> {
    const client = new pg.Client({
      ...this.#config,
      connectionString: this.#servers.current,
      connectionTimeoutMillis: answerWithin,
      query_timeout: answerWithin,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ server: string; primary: boolean; pids: number[] | null }>(
        `SELECT ${serverName} AS server, NOT pg_is_in_recovery() AS primary,
           (SELECT array_agg(pid) FROM pg_stat_activity WHERE pid = ANY ($1)) AS pids`,
        [pids],
      );
      const { server, primary, pids: alive } = rows[0]!;
      return { server, isPrimary: primary, pids: new Set(alive ?? []) };
    } catch (error) {
      if (isUnreachable(error) || (error instanceof Error && /timeout/i.test(error.message))) return 'silent';
      throw error;
    } finally {
      void client.end().catch(() => undefined);
    }
  }
}

interface Answer {
  readonly server: string;
  readonly isPrimary: boolean;
  /** Of those that were asked for, the ones that run. */
  readonly pids: ReadonlySet<number>;
}

/** Tells servers and their restarts apart. */
const serverName = "concat(pg_postmaster_start_time(), ' ', inet_server_addr(), ' ', inet_server_port())";

/** Milliseconds. */
const lookEvery = 1_000;
const doubtAfter = 3_000;
const answerWithin = 2_000;
const lateness = 500;

function processId(client: pg.ClientBase): number {
  return (client as unknown as { readonly processID: number }).processID;
}

function breakConnection(client: pg.ClientBase): void {
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
}
