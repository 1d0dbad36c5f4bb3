/** How it goes on; plain data, in the state of the node. */
export interface HeartbeatState {
  /** Milliseconds since 1970: when the address took it last, or since when it has not. */
  readonly heard: number;
  /** Why the last one was not heard. */
  readonly problem?: string;
  /** How many in a row were not; supervisors of releases before 0.2 do not say. */
  readonly unheard?: number;
}

export interface HeartbeatOptions {
  /** Undefined: nobody outside listens. */
  readonly url: () => string | undefined;
  /** Rejects with the reason why no alert could be sent. */
  readonly probe: () => Promise<void>;
  /** Since when a message waits that could not be sent. */
  readonly waiting: () => number | undefined;
  readonly say: (level: 'warn', sentence: string) => void;
  readonly now?: () => number;
}

const beatEvery = 60_000;
/** One that was not heard is tried again soon, so many times: it may have been the network. */
const tryAgain = 10_000;
const soonAgain = 2;
const probeEvery = 600_000;
/** What waits for so long shows that alerts cannot be sent. Milliseconds. */
const waitsLong = 120_000;
const within = 20_000;

/**
 * Tells somebody outside, each minute, that this node lives and can send alerts. Whoever does not
 * hear it any more raises the alarm: so the address is not asked while no alert could be sent.
 */
export function createHeartbeat({ url, probe, waiting, say, now = Date.now }: HeartbeatOptions): {
  /** Called often; does something when it is time. Never rejects. */
  tick(): Promise<void>;
  /** Undefined: nobody outside listens. */
  state(): HeartbeatState | undefined;
} {
  let beaten = Number.NEGATIVE_INFINITY;
  let probed = Number.NEGATIVE_INFINITY;
  let problem: string | undefined;
  let told: string | undefined;
  let unheard = 0;
  let used: string | undefined;
  let heard = now();

  async function whyNot(): Promise<string | undefined> {
    const since = waiting();
    if (since !== undefined && now() - since > waitsLong) return 'a message has been waiting for minutes';
    // While it is wrong, each time.
    if (problem === undefined && isWithin(now() - probed, probeEvery)) return undefined;
    probed = now();
    problem = await probe().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    return problem;
  }

  return {
    tick: async () => {
      const address = url();
      if (address === undefined) return;
      // Another one, after a reload: at once.
      const isNew = address !== used;
      if (!isNew && isWithin(now() - beaten, unheard > 0 && unheard <= soonAgain ? tryAgain : beatEvery)) return;
      beaten = now();
      used = address;
      let reason = await whyNot();
      if (reason === undefined) {
        reason = await fetch(address, { signal: AbortSignal.timeout(within) }).then(
          ({ ok, status }) => (ok ? undefined : `the address of the heartbeat answered ${status}`),
          () => 'the address of the heartbeat does not answer',
        );
      } else reason = `alerts cannot be sent, so the heartbeat is silent: ${reason}`;
      if (reason !== undefined && reason !== told) say('warn', `Heartbeat: ${reason}`);
      told = reason;
      unheard = reason === undefined ? 0 : unheard + 1;
      if (reason === undefined) heard = now();
    },
    state: () =>
      url() === undefined ? undefined : { heard, unheard, ...(told === undefined ? {} : { problem: told }) },
  };
}

/** A clock that was set back makes the past the future: then it is time. */
function isWithin(since: number, length: number): boolean {
  return since >= 0 && since < length;
}
