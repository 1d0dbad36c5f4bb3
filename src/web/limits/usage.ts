/** What networks have used of this process lately, in milliseconds of its only thread. */
export interface Usage {
  add(network: string, milliseconds: number): void;
  /** The part of a thread that it has had in about the last ten seconds: 1 is all of it. */
  share(network: string): number;
  /** Seconds until its share has fallen to this, when it asks for nothing. */
  until(network: string, share: number): number;
  readonly size: number;
}

interface Used {
  readonly milliseconds: number;
  readonly at: number;
}

/** What was used so long ago counts 1/e. Milliseconds. */
const memory = 10_000;
/** 20,000 are about 3 MB; who is forgotten has used nothing for longest. */
const mostNetworks = 20_000;

/** `now` in milliseconds. */
export function createUsage(now: () => number = () => performance.now()): Usage {
  const networks = new Map<string, Used>();
  const usedBy = (network: string): number => {
    const used = networks.get(network);
    return used === undefined ? 0 : used.milliseconds * Math.exp((used.at - now()) / memory);
  };
  const share = (network: string): number => usedBy(network) / memory;
  return {
    add: (network, milliseconds) => {
      const used = usedBy(network) + milliseconds;
      networks.delete(network);
      networks.set(network, { milliseconds: used, at: now() });
      const [oldest] = networks.keys();
      if (networks.size > mostNetworks && oldest !== undefined) networks.delete(oldest);
    },
    share,
    until: (network, wanted) => Math.max(1, Math.ceil((memory / 1000) * Math.log(share(network) / wanted))),
    get size() {
      return networks.size;
    },
  };
}
