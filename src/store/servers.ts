import type pg from 'pg';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { isUnreachable } from './failures.ts';
import { openServer, otherIsAskedAfter, Probe } from './server.ts';
import { withTimeLimit } from './time-limit.ts';

/**
 * The servers that one address may name: postgresql://user:password@db1:5432,db2:5432/library. One
 * of them is the primary; after a failover it is another. Shared by everything of a process that
 * connects to the address, so that who finds the new primary finds it for all.
 */
export class Servers {
  /** One address each. */
  readonly urls: readonly string[];
  #at = 0;
  /** When the current one was found, as performance.now() has it. */
  #foundAt = Number.NEGATIVE_INFINITY;
  readonly #probes: readonly Probe[];

  constructor(url: string) {
    this.urls = addressesOf(url);
    this.#probes = this.urls.map((address) => new Probe(address));
  }

  get current(): string {
    return this.urls[this.#at]!;
  }

  /**
   * `url` cannot be reached, or is no primary (any more): the next one is tried, unless somebody has moved on already.
   */
  leave(url: string): void {
    if (url !== this.current) return;
    this.#at = (this.#at + 1) % this.urls.length;
    this.#foundAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Asks all at once which is the primary (`anyServer`: which answers), on connections of its own:
   * one that is cut off delays nobody. Rejects when none says so soon; one that says so later is
   * known to who asks next.
   */
  async find(config: pg.ClientConfig, anyServer: boolean): Promise<void> {
    if (performance.now() - this.#foundAt < knownFor) return;
    const asked = this.#probes.map(async (probe, at) => {
      await probe.ask(config, anyServer);
      this.#at = at;
      this.#foundAt = performance.now();
    });
    await withTimeLimit(Promise.any(asked), roundWithin).catch((error: unknown) => {
      if (!(error instanceof AggregateError)) throw error;
      // One that refuses us for ever is no reason to wait for the others no longer.
      throw error.errors.findLast(isUnreachable) ?? error.errors.at(-1);
    });
  }
}

/** Milliseconds. */
const roundWithin = 1_000;
/** Who finds a server is to connect to it, and so are those who ask while he does. */
const knownFor = 2_000;

const known = new Map<string, Servers>();

export function serversOf(url: string): Servers {
  let servers = known.get(url);
  if (servers === undefined) {
    servers = new Servers(url);
    known.set(url, servers);
  }
  return servers;
}

/**
 * The addresses of one that names several hosts, with user, database and parameters alike. Throws
 * `databaseUrlWrong`.
 */
export function addressesOf(url: string): readonly string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)((?:[/?#].*)?)$/s.exec(url);
  if (parts === null) throw new UserError(storeErrors.databaseUrlWrong);
  const [, before = '', hosts = '', after = ''] = parts;
  return hosts.split(',').map((host) => before + host + after);
}

/**
 * How long one server may take to connect, where `limit` is how long connecting may take (0: for
 * ever). Milliseconds.
 */
export function timeForServer(url: string, limit: number): number {
  if (serversOf(url).urls.length === 1) return limit;
  return limit === 0 ? otherIsAskedAfter : Math.min(limit, otherIsAskedAfter);
}

/**
 * A connection of its own to the primary: all servers are tried in turn. Throws what the last one
 * said.
 */
export async function connectToPrimary(url: string, config: pg.ClientConfig): Promise<pg.Client> {
  const servers = serversOf(url);
  for (let tried = 1; ; tried++) {
    const address = servers.current;
    try {
      return await openServer(address, config, servers.urls.length === 1);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      servers.leave(address);
      if (tried >= servers.urls.length) throw error;
    }
  }
}
