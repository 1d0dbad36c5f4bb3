import pg from 'pg';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { isUnreachable } from './failures.ts';

/**
 * The servers that one address may name: postgresql://user:password@db1:5432,db2:5432/library. One of them is the primary; after a failover it is another.
 * Shared by everything of a process that connects to the address, so that who finds the new primary finds it for all.
 */
export class Servers {
  /** One address each. */
  readonly urls: readonly string[];
  #at = 0;

  constructor(url: string) {
    this.urls = addressesOf(url);
  }

  get current(): string {
    return this.urls[this.#at]!;
  }

  /** `url` cannot be reached, or is no primary (any more): the next one is tried, unless somebody has moved on already. */
  leave(url: string): void {
    if (url === this.current) this.#at = (this.#at + 1) % this.urls.length;
  }
}

const known = new Map<string, Servers>();

export function serversOf(url: string): Servers {
  let servers = known.get(url);
  if (servers === undefined) {
    servers = new Servers(url);
    known.set(url, servers);
  }
  return servers;
}

/** The addresses of one that names several hosts, with user, database and parameters alike. Throws `databaseUrlWrong`. */
export function addressesOf(url: string): readonly string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)((?:[/?#].*)?)$/s.exec(url);
  if (parts === null) throw new UserError(storeErrors.databaseUrlWrong);
  const [, before = '', hosts = '', after = ''] = parts;
  return hosts.split(',').map((host) => before + host + after);
}

/** One that is cut off answers nothing, not even a refusal. While it is waited for, the new primary is there and unasked. Milliseconds. */
const otherIsAskedAfter = 3_000;

/** How long one server may take to connect, where `limit` is how long connecting may take (0: for ever). Milliseconds. */
export function timeForServer(url: string, limit: number): number {
  if (serversOf(url).urls.length === 1) return limit;
  return limit === 0 ? otherIsAskedAfter : Math.min(limit, otherIsAskedAfter);
}

/** Asked of each new connection where there are several servers. */
export const isStandbyStatement = 'SELECT pg_is_in_recovery() AS standby';

/** A connection was made to a server that takes no writes. */
export class NoPrimary extends Error {
  readonly code = '25006';
}

/** A connection of its own to the primary: all servers are tried in turn. Throws what the last one said. */
export async function connectToPrimary(url: string, config: pg.ClientConfig): Promise<pg.Client> {
  const servers = serversOf(url);
  for (let tried = 1; ; tried++) {
    const address = servers.current;
    const client = new pg.Client({ ...config, connectionString: address });
    // A connection that breaks later tells whoever listens; without a listener it would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      if (servers.urls.length === 1) return client;
      const { rows } = await client.query<{ standby: boolean }>(isStandbyStatement);
      if (rows[0]?.standby !== true) return client;
      throw new NoPrimary('the server is a standby');
    } catch (error) {
      await client.end().catch(() => {});
      if (!isUnreachable(error)) throw error;
      servers.leave(address);
      if (tried >= servers.urls.length) throw error;
    }
  }
}
