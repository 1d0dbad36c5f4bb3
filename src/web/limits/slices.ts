/**
 * Work that takes long goes on in slices: one in each round of the event loop, so that what has
 * come meanwhile is read and answered between any two. The network that has used least lately goes
 * first, and each has a few such works at a time, since each holds memory.
 */
export interface Slices {
  begin(network: string): LongWork;
  readonly waiting: number;
}

export interface LongWork {
  /** Resolves when it may go on; false: too much of its network waits already. */
  pause(): Promise<boolean>;
  /** Any number of times. */
  end(): void;
}

export interface SliceLimits {
  /** Works of a network that go on at a time; the others wait for one of them to end. */
  readonly atOnce: number;
  readonly mostWaiting: number;
}

interface Waiting {
  readonly network: string;
  readonly go: () => void;
}

interface NetworkQueue {
  running: number;
  readonly waiting: ((may: boolean) => void)[];
}

export function createSlices(share: (network: string) => number, { atOnce, mostWaiting }: SliceLimits): Slices {
  const ready: Waiting[] = [];
  const places = new Map<string, NetworkQueue>();

  const goOn = (): void => {
    let least = 0;
    for (let at = 1; at < ready.length; at++) if (share(ready[at]!.network) < share(ready[least]!.network)) least = at;
    const [one] = ready.splice(least, 1);
    if (ready.length > 0) setImmediate(goOn);
    one?.go();
  };
  const turn = (network: string): Promise<void> =>
    new Promise((go) => {
      ready.push({ network, go });
      if (ready.length === 1) setImmediate(goOn);
    });
  const place = (network: string): Promise<boolean> => {
    const here = places.get(network) ?? { running: 0, waiting: [] };
    places.set(network, here);
    if (here.running < atOnce) {
      here.running++;
      return Promise.resolve(true);
    }
    if (here.waiting.length >= mostWaiting) return Promise.resolve(false);
    return new Promise((resolve) => here.waiting.push(resolve));
  };
  const leave = (network: string): void => {
    const here = places.get(network)!;
    const next = here.waiting.shift();
    if (next !== undefined) next(true);
    else if (--here.running === 0) places.delete(network);
  };

  return {
    begin: (network) => {
      let has = false;
      let isOver = false;
      return {
        pause: async () => {
          if (!has) has = await place(network);
          if (has) await turn(network);
          return has;
        },
        end: () => {
          if (has && !isOver) leave(network);
          isOver = true;
        },
      };
    },
    get waiting() {
      return ready.length;
    },
  };
}
