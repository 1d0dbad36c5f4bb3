import { Box } from './box.ts';
import { Host } from './host.ts';
import type { Service, SpawnOptions } from './machine.ts';
import { type Addresses, Network } from './network.ts';
import type { RunOptions } from './run.ts';

/**
 * Hosts on one machine, contained in one process tree: closing it, or the death of this process,
 * leaves nothing behind.
 */
export class Cluster {
  readonly #box: Box;
  readonly #network: Network;
  readonly #hosts = new Map<string, Host>();
  readonly #hostsFile: string;

  /** Throws when this machine allows no namespaces (`probeHosts` says so before). */
  static async open(addresses: Addresses): Promise<Cluster> {
    const box = await Box.open();
    try {
      const cluster = new Cluster(box, await Network.open(box, addresses), addresses);
      await Promise.all(Object.keys(addresses).map((name) => cluster.host(name).boot(cluster.#hostsFile)));
      return cluster;
    } catch (error) {
      await box.close();
      throw error;
    }
  }

  private constructor(box: Box, network: Network, addresses: Addresses) {
    this.#box = box;
    this.#network = network;
    const lines = Object.entries(addresses).map(([name, address]) => `${address} ${name}`);
    this.#hostsFile = `${['127.0.0.1 localhost', ...lines].join('\n')}\n`;
    for (const [name, address] of Object.entries(addresses)) this.#hosts.set(name, new Host(box, name, address));
  }

  /** Root by our own right, or only inside? Programs that change their user need the first. */
  get isReallyRoot(): boolean {
    return this.#box.shape === 'root';
  }

  /** Kept until the cluster is closed. */
  get folder(): string {
    return this.#box.folder;
  }

  host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`there is no host ${name}`);
    return host;
  }

  async exec(host: string, argv: readonly string[], options?: RunOptions): Promise<string> {
    return this.host(host).exec(argv, options);
  }

  /** Runs on under the name of a service, by which it is killed, stopped and read. */
  async spawn(host: string, service: string, argv: readonly string[], options?: SpawnOptions): Promise<Service> {
    return this.host(host).spawn(service, argv, options);
  }

  kill(host: string, service: string, signal: NodeJS.Signals): void {
    this.host(host).kill(service, signal);
  }

  /** Parts these hosts from all others, not from each other. */
  async cut(...hosts: readonly string[]): Promise<void> {
    await this.#network.cut(hosts);
  }

  async heal(): Promise<void> {
    await this.#network.heal();
  }

  async unplug(host: string): Promise<void> {
    await this.#network.unplug(host);
  }

  async plug(host: string): Promise<void> {
    await this.#network.plug(host);
  }

  /** Nothing answers for it any more, not even its kernel. */
  async powerOff(host: string): Promise<void> {
    await this.#network.unplug(host);
    await this.host(host).powerOff();
  }

  /** It boots, with nothing started. */
  async powerOn(host: string): Promise<void> {
    await this.host(host).boot(this.#hostsFile);
    await this.#network.plug(host);
  }

  /** Words before a command that is to run as PostgreSQL's user, who is not root. */
  get asPostgres(): readonly string[] {
    return this.isReallyRoot
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups']
      : ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`];
  }

  async close(): Promise<void> {
    await this.#box.close();
  }
}

/** Has a name on every Debian, which initdb wants. */
const nobody = 65534;
