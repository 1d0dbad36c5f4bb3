/** Places for long exports: so many at once in a process, and one for each network. */
export interface ExportSlots {
  /**
   * Waits for a place and resolves to what gives it back (any number of times), or to undefined
   * when none came free in time.
   */
  take(network: string): Promise<(() => void) | undefined>;
  readonly running: number;
}

export interface SlotLimits {
  /** 0 is without limit. */
  readonly most: number;
  /** Milliseconds. */
  readonly wait: number;
  /** Networks that may run several. */
  readonly isExempt: (network: string) => boolean;
}

interface Waiting {
  readonly network: string;
  readonly begin: () => void;
}

/** Whoever comes when so many wait already is told at once. */
const mostWaiting = 32;

export function createExportSlots({ most, wait, isExempt }: SlotLimits): ExportSlots {
  const running = new Map<string, number>();
  const queue: Waiting[] = [];
  let count = 0;
  const mayBegin = (network: string): boolean =>
    most === 0 || (count < most && (isExempt(network) || (running.get(network) ?? 0) === 0));

  const begin = (network: string): (() => void) => {
    count += 1;
    running.set(network, (running.get(network) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      count -= 1;
      const left = (running.get(network) ?? 1) - 1;
      if (left === 0) running.delete(network);
      else running.set(network, left);
      const next = queue.findIndex((one) => mayBegin(one.network));
      if (next >= 0) queue.splice(next, 1)[0]!.begin();
    };
  };

  return {
    take: (network) => {
      if (mayBegin(network)) return Promise.resolve(begin(network));
      if (queue.length >= mostWaiting || wait === 0) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const one: Waiting = {
          network,
          begin: () => {
            clearTimeout(timer);
            resolve(begin(network));
          },
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(one), 1);
          resolve(undefined);
        }, wait);
        queue.push(one);
      });
    },
    get running() {
      return count;
    },
  };
}
