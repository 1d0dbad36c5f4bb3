/**
 * Requests of one network that are worked on at once in a process; more of it wait, so that those
 * of other networks go between them.
 */
export interface Turns {
  /** Waits until it is this network's turn; resolves to what ends it (any number of times). */
  take(network: string): Promise<() => void>;
  readonly networks: number;
}

export interface TurnLimits {
  readonly atOnce: number;
  /**
   * Milliseconds after which a turn ends by itself: who waits for something else keeps nobody
   * waiting.
   */
  readonly longest: number;
}

interface NetworkQueue {
  running: number;
  readonly waiting: (() => void)[];
}

export function createTurns({ atOnce, longest }: TurnLimits): Turns {
  const places = new Map<string, NetworkQueue>();

  const begun = (network: string, place: NetworkQueue): (() => void) => {
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      const next = place.waiting.shift();
      // Only then, since what others have sent is read before.
      if (next !== undefined) setImmediate(next);
      else if (--place.running === 0) places.delete(network);
    };
    const timer = setTimeout(end, longest).unref();
    return end;
  };

  return {
    take: (network) => {
      const place = places.get(network) ?? { running: 0, waiting: [] };
      places.set(network, place);
      if (place.running < atOnce) {
        place.running++;
        return Promise.resolve(begun(network, place));
      }
      return new Promise((resolve) => place.waiting.push(() => resolve(begun(network, place))));
    },
    get networks() {
      return places.size;
    },
  };
}
