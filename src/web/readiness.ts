/** What a balancer is told at /health/ready, and whether it has been told that we are going. */
export interface Readiness {
  /** Answers one probe: should requests come here? */
  probe(): boolean;
  goAway(): void;
  /** Resolves when a probe has heard that we are going; at once when nobody probes. */
  noticed(): Promise<void>;
}

/** Whoever probed this recently will probe again. Milliseconds. */
const probeInterval = 60_000;

export function createReadiness(): Readiness {
  let going = false;
  let lastProbe = Number.NEGATIVE_INFINITY;
  let tell: () => void = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return {
    probe: () => {
      lastProbe = performance.now();
      if (going) tell();
      return !going;
    },
    goAway: () => {
      going = true;
      if (performance.now() - lastProbe > probeInterval) tell();
    },
    noticed: () => told,
  };
}
