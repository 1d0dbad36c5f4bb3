import type { Box } from './box.ts';

/** Names of hosts, at most 13 characters, and their addresses, all in 10.77.0.0/16. */
export type Addresses = Readonly<Record<string, string>>;

const table = `
table bridge part {
  set cut { type ifname; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname @cut oifname != @cut counter drop
    iifname != @cut oifname @cut counter drop
  }
}
`;

/**
 * A switch with a cable to each host: a network namespace with a bridge, and one for each host.
 * Nothing leads out of it.
 */
export class Network {
  readonly #box: Box;
  readonly #canCut: boolean;
  readonly #unplugged = new Set<string>();

  static async open(box: Box, hosts: Addresses): Promise<Network> {
    const lines = [
      'ip netns add switch',
      'ip -n switch link set lo up',
      'ip -n switch link add br0 type bridge',
      'ip -n switch link set br0 up',
      ...Object.entries(hosts).flatMap(([name, address]) => [
        `ip netns add ${name}`,
        `ip -n ${name} link add eth0 type veth peer name v-${name} netns switch`,
        `ip -n ${name} addr add ${address}/16 dev eth0`,
        `ip -n ${name} link set lo up`,
        `ip -n ${name} link set eth0 up`,
        `ip -n switch link set v-${name} master br0`,
        `ip -n switch link set v-${name} up`,
      ]),
    ];
    await box.run(['sh', '-e'], { input: lines.join('\n'), timeout: 30_000 });
    const canCut = await box.run(['ip', 'netns', 'exec', 'switch', 'nft', '-f', '-'], { input: table }).then(
      () => true,
      () => false,
    );
    return new Network(box, canCut);
  }

  private constructor(box: Box, canCut: boolean) {
    this.#box = box;
    this.#canCut = canCut;
  }

  /**
   * Parts these hosts from all others, not from each other, in one step. Where the kernel has no
   * filter for bridges, their cables come out.
   */
  async cut(hosts: readonly string[]): Promise<void> {
    if (!this.#canCut) await Promise.all(hosts.map((host) => this.unplug(host)));
    else await this.#nft(`add element bridge part cut { ${hosts.map((host) => `v-${host}`).join(', ')} }`);
  }

  /** All are together again; cables that were pulled out go in. */
  async heal(): Promise<void> {
    if (this.#canCut) await this.#nft('flush set bridge part cut');
    await Promise.all([...this.#unplugged].map((host) => this.plug(host)));
  }

  async unplug(host: string): Promise<void> {
    this.#unplugged.add(host);
    await this.#box.run(['ip', '-n', 'switch', 'link', 'set', `v-${host}`, 'down']);
  }

  async plug(host: string): Promise<void> {
    await this.#box.run(['ip', '-n', 'switch', 'link', 'set', `v-${host}`, 'up']);
    this.#unplugged.delete(host);
  }

  async #nft(command: string): Promise<void> {
    await this.#box.run(['ip', 'netns', 'exec', 'switch', 'nft', '-f', '-'], { input: `${command}\n` });
  }
}
