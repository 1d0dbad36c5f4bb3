/** How many pages are being answered: exports give way to them. */
export interface Traffic {
  begin(): void;
  end(): void;
  readonly pages: number;
  /**
   * Lets everything else have its turn, and while pages are being answered waits for them, but not
   * for ever: an export must end as well.
   */
  giveWay(): Promise<void>;
}

/**
 * Milliseconds that a piece of an export waits for pages at most; with pieces of 128 kB an export
 * still makes 5 MB a second.
 */
const longestWait = 25;

export function createTraffic(): Traffic {
  let pages = 0;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };
  return {
    begin: () => {
      pages += 1;
    },
    end: () => {
      pages -= 1;
      if (pages <= 0) wake();
    },
    get pages() {
      return pages;
    },
    giveWay: async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (pages <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longestWait);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
