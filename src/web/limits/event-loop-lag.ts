/** How late the event loop is: the mean of the last second, so that one long answer is none. */
export interface EventLoopLag {
  /** Milliseconds. */
  mean(): number;
  stop(): void;
}

const every = 100;
const looks = 10;

export function watchEventLoopLag(): EventLoopLag {
  const late = new Array<number>(looks).fill(0);
  let at = 0;
  let expected = performance.now() + every;
  const timer = setInterval(() => {
    const now = performance.now();
    late[at++ % looks] = Math.max(0, now - expected);
    expected = now + every;
  }, every);
  timer.unref();
  return {
    mean: () => late.reduce((sum, one) => sum + one, 0) / looks,
    stop: () => clearInterval(timer),
  };
}
