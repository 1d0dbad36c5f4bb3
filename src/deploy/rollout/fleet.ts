import { setTimeout as sleep } from 'node:timers/promises';
import type { Topology } from '../../cluster/topology/topology.ts';
import { isConnectionTrouble } from '../ssh/explain.ts';
import { SshHost } from '../ssh/ssh-host.ts';
import type { SshOptions } from '../ssh/words.ts';

/** Milliseconds for which a host that does not answer is tried again. */
const usualPatience = 20_000;
const pause = 1_000;

interface FleetOptions extends SshOptions {
  /** Milliseconds, instead of 20 s; for tests. */
  readonly patience?: number;
}

/** The hosts of a cluster, each with one connection that is made when it is needed, and again. */
export class Fleet {
  readonly topology: Topology;
  readonly #options: FleetOptions;
  readonly #hosts = new Map<string, Promise<SshHost>>();

  constructor(topology: Topology, options: FleetOptions = {}) {
    this.topology = topology;
    this.#options = options;
  }

  /** Where releases, links and the lock are, on every host. */
  get folder(): string {
    return this.topology.release.slice(0, this.topology.release.lastIndexOf('/'));
  }

  /** Throws a UserError when there is no connection. */
  async host(name: string): Promise<SshHost> {
    const known = this.#hosts.get(name);
    const there = await known?.catch(() => undefined);
    if (there?.isOpen === true) return there;
    // Somebody else has made one meanwhile.
    if (this.#hosts.get(name) !== known) return this.host(name);
    const made = this.#connect(name, there);
    this.#hosts.set(name, made);
    return made;
  }

  async #connect(name: string, before: SshHost | undefined): Promise<SshHost> {
    await before?.close();
    const { address } = this.topology.hosts.find((host) => host.name === name)!;
    return SshHost.connect({ name, address, user: this.topology.deploy.user }, this.#options);
  }

  /** A script of scripts.ts, as root. */
  async script(name: string, text: string, words: readonly string[], limit = 30, what?: string): Promise<string> {
    return (await this.host(name)).script(text, words, { limit, ...(what !== undefined && { what }) });
  }

  /**
   * Work that may be done twice: when the connection is lost, a new one is made, and it is done
   * again. Throws what is wrong when that does not help.
   */
  async insist<T>(work: () => Promise<T>, limit = this.#options.patience ?? usualPatience): Promise<T> {
    const end = performance.now() + limit;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionTrouble(error) || performance.now() > end) throw error;
        await sleep(pause);
      }
    }
  }

  async close(): Promise<void> {
    const all = [...this.#hosts.values()];
    this.#hosts.clear();
    await Promise.all(all.map(async (made) => (await made.catch(() => undefined))?.close()));
  }
}
