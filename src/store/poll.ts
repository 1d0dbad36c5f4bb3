import { onBeat } from './beat.ts';

/** Milliseconds. */
const lookEvery = 1_000;
const usedFor = 5_000;
const lookIdleEvery = 5_000;

export interface Poll {
  /** Somebody asks for what is polled. */
  used(): void;
  stop(): void;
}

/**
 * Looks every second for what notifications may have missed, since poolers and failovers lose them:
 * while it is used, and for five seconds after. Otherwise every five seconds, so that a server that
 * nobody asks costs next to nothing.
 */
export function poll(look: () => void): Poll {
  let lastUsed = performance.now();
  let isIdle = false;
  const beat = onBeat(() => {
    isIdle = performance.now() - lastUsed > usedFor;
    return isIdle ? lookIdleEvery : lookEvery;
  }, look);
  return {
    used: () => {
      lastUsed = performance.now();
      if (isIdle) beat.replan();
    },
    stop: () => beat.stop(),
  };
}
