import pg from 'pg';
import { withTimeLimit } from './time-limit.ts';

/** A connection was made to a server that takes no writes. */
export class NoPrimary extends Error {
  readonly code = '25006';
}

/**
 * How long one of several servers may take. One that is cut off answers nothing, not even a
 * refusal: while it is waited for, the new primary is there and unasked. Milliseconds.
 */
export const otherIsAskedAfter = 3_000;

/** Rejects with NoPrimary for a standby, unless any server will do. */
export async function openServer(address: string, config: pg.ClientConfig, anyServer: boolean): Promise<pg.Client> {
  const client = new pg.Client({ ...config, connectionString: address });
  // A connection that breaks later tells whoever listens; without a listener it would end the
  // process.
  client.on('error', () => {});
  try {
    await client.connect();
    if (!anyServer) await refuseStandby(client);
    return client;
  } catch (error) {
    leave(client);
    throw error;
  }
}

async function refuseStandby(client: pg.Client): Promise<void> {
  const asked = client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  const { rows } = await withTimeLimit(asked, otherIsAskedAfter);
  if (rows[0]?.standby === true) throw new NoPrimary('the server is a standby');
}

function leave(client: pg.Client): void {
  void client.end().catch(() => {});
}

/**
 * Asks one server again and again whether it is the primary, and whoever comes while it is asked
 * has the same answer. The connection to a standby is kept as long as it is asked: signing in costs
 * a server a process and some milliseconds of a core, and all processes of all nodes ask just when
 * one of these servers is to become the primary.
 */
export class Probe {
  readonly #address: string;
  #client: pg.Client | undefined;
  #answer: Promise<void> | undefined;
  #closing: NodeJS.Timeout | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /**
   * Rejects with NoPrimary for a standby (not for `anyServer`), or with what keeps it from
   * answering.
   */
  ask(config: pg.ClientConfig, anyServer: boolean): Promise<void> {
    if (this.#answer !== undefined) return this.#answer;
    const answer = this.#ask(config, anyServer);
    this.#answer = answer;
    const forget = (): void => {
      this.#answer = undefined;
    };
    answer.then(forget, (error: unknown) => {
      const pause = error instanceof NoPrimary ? standbyAgainAfter : awayAgainAfter;
      setTimeout(forget, pause * (0.8 + 0.4 * Math.random())).unref();
    });
    return answer;
  }

  async #ask(config: pg.ClientConfig, anyServer: boolean): Promise<void> {
    clearTimeout(this.#closing);
    try {
      this.#client ??= await openServer(this.#address, config, true);
      if (!anyServer) await refuseStandby(this.#client);
      this.#close();
    } catch (error) {
      if (error instanceof NoPrimary) this.#closing = setTimeout(() => this.#close(), keptFor).unref();
      else this.#close();
      throw error;
    }
  }

  #close(): void {
    if (this.#client !== undefined) leave(this.#client);
    this.#client = undefined;
  }
}

/** Milliseconds. */
const standbyAgainAfter = 150;
const awayAgainAfter = 500;
const keptFor = 2_000;
