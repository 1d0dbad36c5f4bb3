import { addLatencies, type Latencies, latencyQuantile, noLatencies, totalCount } from './latencies.ts';
import type { WorkerReport } from './worker-report.ts';

/**
 * What all workers of a node did since it began, those that have ended included: these numbers
 * never fall.
 */
export interface NodeTotals {
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly shed: number;
  /** Refused because an operator closed the site; nothing is said of releases before 0.2. */
  readonly closed?: number;
  readonly statements: number;
  readonly statementTime: number;
  readonly routes: Readonly<Record<string, Latencies>>;
}

/** A stretch of `sampleSeconds`. */
export interface Sample {
  /** A second. */
  readonly requests: number;
  /** Answers with 5xx that nobody meant, a second. */
  readonly errors: number;
  readonly median: number;
  readonly p95: number;
  /** The latest that an event loop was, in ms. */
  readonly lag: number;
  /**
   * The same of each worker that was late at all, by its process; of releases before 0.2 nothing.
   */
  readonly lags?: Readonly<Record<number, number>>;
}

export interface RouteStatus {
  readonly route: string;
  /** Since the node began. */
  readonly requests: number;
  /** In the last minute: a second, and answering times in ms. */
  readonly perSecond: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  /** Requests in each stretch of the last minutes, the oldest first. */
  readonly history: readonly number[];
}

export const sampleSeconds = 5;
/** Below this nobody notices it. Milliseconds. */
const late = 20;
const samplesKept = 60;
const samplesInMinute = 60 / sampleSeconds;

/** Joins what workers report, and remembers the last five minutes. */
export class NodeMeter {
  readonly #reports = new Map<number, WorkerReport>();
  #ended: NodeTotals = noTotals();
  #before: NodeTotals = noTotals();
  #lag = 0;
  #lags: Record<number, number> = {};
  readonly #samples: Sample[] = [];
  readonly #stretches: Readonly<Record<string, Latencies>>[] = [];

  /** The newest report of a worker, by its process id. */
  note(worker: number, report: WorkerReport): void {
    this.#reports.set(worker, report);
    const { most } = report.loop;
    if (most > (this.#lags[worker] ?? late)) this.#lags[worker] = most;
    this.#lag = Math.max(this.#lag, most);
  }

  /** A worker has ended: what it did still counts. */
  end(worker: number): void {
    const last = this.#reports.get(worker);
    this.#reports.delete(worker);
    if (last !== undefined) this.#ended = joined([this.#ended, last]);
  }

  totals(): NodeTotals {
    return joined([this.#ended, ...this.#reports.values()]);
  }

  /** Ends a stretch: to be called every `sampleSeconds`. */
  sample(): void {
    const now = this.totals();
    const routes: Record<string, Latencies> = {};
    const all = noLatencies();
    for (const [route, latencies] of Object.entries(now.routes)) {
      const stretch = copied(latencies);
      const before = this.#before.routes[route];
      if (before !== undefined) addLatencies(stretch, before, -1);
      if (totalCount(stretch) > 0) routes[route] = stretch;
      addLatencies(all, stretch);
    }
    push(this.#stretches, routes);
    push(this.#samples, {
      requests: (now.requests - this.#before.requests) / sampleSeconds,
      errors: (errorsIn(now) - errorsIn(this.#before)) / sampleSeconds,
      median: latencyQuantile(all, 0.5),
      p95: latencyQuantile(all, 0.95),
      lag: this.#lag,
      lags: this.#lags,
    });
    this.#before = now;
    this.#lag = 0;
    this.#lags = {};
  }

  samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Those asked for most first. */
  routes(): readonly RouteStatus[] {
    const minute = this.#stretches.slice(-samplesInMinute);
    const seconds = Math.max(1, minute.length) * sampleSeconds;
    return Object.entries(this.totals().routes)
      .map(([route, total]): RouteStatus => {
        const last = noLatencies();
        for (const stretch of minute) if (stretch[route] !== undefined) addLatencies(last, stretch[route]);
        return {
          route,
          requests: totalCount(total),
          perSecond: totalCount(last) / seconds,
          median: latencyQuantile(last, 0.5),
          p95: latencyQuantile(last, 0.95),
          p99: latencyQuantile(last, 0.99),
          history: this.#stretches.map((stretch) => (stretch[route] === undefined ? 0 : totalCount(stretch[route]))),
        };
      })
      .sort((a, b) => b.requests - a.requests);
  }
}

function push<T>(list: T[], one: T): void {
  list.push(one);
  if (list.length > samplesKept) list.shift();
}

function errorsIn({ statuses, closed = 0 }: NodeTotals): number {
  const all = Object.entries(statuses).reduce((sum, [status, count]) => sum + (status.startsWith('5') ? count : 0), 0);
  return Math.max(0, all - closed);
}

function copied({ counts, sum }: Latencies): Latencies {
  return { counts: [...counts], sum };
}

function noTotals(): NodeTotals {
  return { requests: 0, statuses: {}, shed: 0, statements: 0, statementTime: 0, routes: {} };
}

function joined(parts: readonly NodeTotals[]): NodeTotals {
  const statuses: Record<string, number> = {};
  const routes: Record<string, Latencies> = {};
  const sum = (of: (part: NodeTotals) => number) => parts.reduce((total, part) => total + of(part), 0);
  for (const part of parts) {
    for (const [status, count] of Object.entries(part.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
    for (const [route, latencies] of Object.entries(part.routes)) {
      const to = routes[route] ?? noLatencies();
      routes[route] = to;
      addLatencies(to, latencies);
    }
  }
  return {
    requests: sum((part) => part.requests),
    statuses,
    shed: sum((part) => part.shed),
    closed: sum((part) => part.closed ?? 0),
    statements: sum((part) => part.statements),
    statementTime: sum((part) => part.statementTime),
    routes,
  };
}
