export type FailureKind = 'request' | 'rejection' | 'worker' | 'task' | 'statement';

/** One time that it happened, for whoever looks for the reason. */
export interface FailureSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly node: string;
  /** Number of the request in the log; undefined: it was none. */
  readonly request?: string | undefined;
  /** As `GET /search?p=x`, without secrets. */
  readonly address?: string | undefined;
  readonly message: string;
  readonly stack: readonly string[];
}

/** Failures of one kind, counted over some time: what is written of them at once. */
export interface CountedFailure {
  readonly fingerprint: string;
  readonly kind: FailureKind;
  /** Of the error: TypeError, UserError. */
  readonly type: string;
  /** Of the error: REPERIO_X, 23505, ENOENT; empty: none. */
  readonly code: string;
  /** Route, task or process; empty: none. */
  readonly place: string;
  readonly message: string;
  /** Our own code that it went through, as `web/app.ts:createApp`, the innermost first. */
  readonly frames: readonly string[];
  readonly release: string;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** By hour, as milliseconds since 1970 of its beginning. */
  readonly hours: Readonly<Record<string, number>>;
  /** The newest first, at most `samplesKept`. */
  readonly samples: readonly FailureSample[];
}

export const samplesKept = 5;

/** The same failure counted by two. The later one says how it reads. */
export function addFailures(a: CountedFailure, b: CountedFailure): CountedFailure {
  const later = a.last > b.last ? a : b;
  const hours = { ...a.hours };
  for (const [hour, count] of Object.entries(b.hours)) hours[hour] = (hours[hour] ?? 0) + count;
  return {
    ...later,
    first: Math.min(a.first, b.first),
    last: later.last,
    count: a.count + b.count,
    hours,
    samples: [...a.samples, ...b.samples].sort((x, y) => y.at - x.at).slice(0, samplesKept),
  };
}

/** One entry for each kind of failure. */
export function sumOfFailures(all: Iterable<CountedFailure>): readonly CountedFailure[] {
  const sums = new Map<string, CountedFailure>();
  for (const one of all) {
    const before = sums.get(one.fingerprint);
    sums.set(one.fingerprint, before === undefined ? one : addFailures(before, one));
  }
  return [...sums.values()];
}
