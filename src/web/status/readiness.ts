/** What a balancer is told at /health/ready, and whether it has been told that we are going. */
export interface Readiness {
  /** Answers one probe: should requests come here? */
  probe(): boolean;
  goAway(): void;
  /** True when a probe has heard that we are going; false, at once, when nobody probes here. */
  noticed(): Promise<boolean>;
}

/** Whoever probed this recently will probe again. Milliseconds. */
const probeInterval = 60_000;

export function createReadiness(): Readiness {
  let going = false;
  let lastProbe = Number.NEGATIVE_INFINITY;
  const told = Promise.withResolvers<boolean>();
  return {
    probe: () => {
      lastProbe = performance.now();
      if (going) told.resolve(true);
      return !going;
    },
    goAway: () => {
      going = true;
      if (performance.now() - lastProbe > probeInterval) told.resolve(false);
    },
    noticed: () => told.promise,
  };
}
