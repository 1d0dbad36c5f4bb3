/** How late the event loop is: the mean of the last second, so that one long answer is none. */
export interface EventLoopLag {
  /** Milliseconds. It is measured while somebody asks, and for some seconds after. */
  mean(): number;
  stop(): void;
}

const every = 100;
const looks = 10;
/** Nobody asks a process that has no readers: it sleeps. Milliseconds. */
const askedFor = 5_000;

export function watchEventLoopLag(): EventLoopLag {
  const late = new Array<number>(looks).fill(0);
  let at = 0;
  let expected = 0;
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = (): void => {
    const now = performance.now();
    late[at++ % looks] = Math.max(0, now - expected);
    expected = now + every;
    if (now - asked > askedFor) stop();
  };
  return {
    mean: () => {
      asked = performance.now();
      if (timer === undefined) {
        late.fill(0);
        expected = asked + every;
        timer = setInterval(look, every).unref();
      }
      return late.reduce((sum, one) => sum + one, 0) / looks;
    },
    stop,
  };
}
