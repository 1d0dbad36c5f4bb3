import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { version } from '../config/version.ts';
import { type IndexVersions, knownVersions } from '../site/index-versions.ts';
import { addLatency, type Latencies, noLatencies } from './latencies.ts';
import { residentBytes } from './resident.ts';

/**
 * What a worker tells its supervisor once a second, or every two while it has nothing to do. Counts
 * are since its start.
 */
export interface WorkerReport {
  /**
   * Version of its code; workers of releases before 0.2 do not say, nor what they know of an index.
   */
  readonly release?: string;
  readonly indexVersions?: readonly IndexVersions[];
  readonly requests: number;
  /** Requests that are being answered; workers of earlier releases do not say. */
  readonly open?: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answered with 503 before any work, because the process was late. */
  readonly shed: number;
  /**
   * Answered with 503 because an operator closed the site, or lets nothing be changed; workers of
   * releases before 0.2 do not say.
   */
  readonly closed?: number;
  /** Answering times by route. */
  readonly routes: Readonly<Record<string, Latencies>>;
  readonly statements: number;
  /** Milliseconds that requests waited for the database. */
  readonly statementTime: number;
  readonly connections: number;
  /**
   * The event loop since the last report: how late its timers were, in ms, and which part of the
   * time it worked.
   */
  readonly loop: { readonly mean: number; readonly p99: number; readonly most: number; readonly busy: number };
  /** Bytes. */
  readonly memory: { readonly resident: number; readonly heap: number; readonly external: number };
  readonly pool: { readonly open: number; readonly idle: number; readonly waiting: number; readonly most: number };
  readonly index: IndexReport;
  /** Bytes and questions of the caches of decoded index data. */
  readonly caches: Readonly<Record<string, CacheReport>>;
}

export interface IndexReport {
  readonly manifest: number;
  readonly records: number;
  readonly segments: number;
  /** Record versions that no segment has yet. */
  readonly deltas: number;
  /** Milliseconds since the database was last read. */
  readonly age: number;
  readonly problem: string | undefined;
}

export interface CacheReport {
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** More routes than a program has; what is asked for beyond is counted together. */
const mostRoutes = 100;
const otherRoutes = 'other';
/** Milliseconds between two looks at the clock. */
const loopResolution = 10;

/** Counts what a worker does. */
export class WorkerMeter {
  #requests = 0;
  #shed = 0;
  #closed = 0;
  #statements = 0;
  #statementTime = 0;
  readonly #statuses: Record<string, number> = {};
  readonly #routes = new Map<string, Latencies>();
  readonly #delay = monitorEventLoopDelay({ resolution: loopResolution });
  #utilization: EventLoopUtilization;

  /**
   * Is the event loop watched? Only while there are requests: a watch wakes an idle process a
   * hundred times a second.
   */
  #watches = false;
  #began = 0;
  #open = 0;
  #firstDelay = 0;

  constructor() {
    this.#utilization = performance.eventLoopUtilization();
  }

  /** A request has come; `request` tells when it is over. */
  begin(): void {
    this.#began++;
    this.#open++;
    if (this.#watches) return;
    this.#watches = true;
    this.#delay.enable();
    // What the first request delays comes before the first look.
    const now = performance.now();
    setTimeout(() => {
      this.#firstDelay = Math.max(this.#firstDelay, performance.now() - now - 1);
    }, 1).unref();
  }

  /** Nothing was asked since the last report, and nothing is being answered. */
  get isIdle(): boolean {
    return this.#began + this.#open === 0;
  }

  request(route: string, status: number, milliseconds: number): void {
    this.#open = Math.max(0, this.#open - 1);
    this.#requests++;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const key = this.#routes.has(route) || this.#routes.size < mostRoutes ? route : otherRoutes;
    let latencies = this.#routes.get(key);
    if (latencies === undefined) {
      latencies = noLatencies();
      this.#routes.set(key, latencies);
    }
    addLatency(latencies, milliseconds);
  }

  shed(): void {
    this.#shed++;
  }

  closed(): void {
    this.#closed++;
  }

  statement(milliseconds: number): void {
    this.#statements++;
    this.#statementTime += milliseconds;
  }

  /** What the event loop did since the last report begins anew. */
  report(rest: Pick<WorkerReport, 'connections' | 'pool' | 'index' | 'caches'>): WorkerReport {
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    // Between two looks at the clock there is always the resolution itself.
    const milliseconds = (nanoseconds: number) => Math.round(Math.max(0, nanoseconds / 1e6 - loopResolution) * 10) / 10;
    const loop = {
      mean: milliseconds(this.#delay.count === 0 ? 0 : this.#delay.mean),
      p99: milliseconds(this.#delay.count === 0 ? 0 : this.#delay.percentile(99)),
      most: Math.max(
        milliseconds(this.#delay.count === 0 ? 0 : this.#delay.max),
        Math.round(this.#firstDelay * 10) / 10,
      ),
      busy: Math.round(utilization * 1000) / 1000,
    };
    this.#delay.reset();
    this.#firstDelay = 0;
    if (this.isIdle && this.#watches) {
      this.#watches = false;
      this.#delay.disable();
    }
    this.#began = 0;
    return {
      release: version(),
      indexVersions: knownVersions,
      requests: this.#requests,
      open: this.#open,
      statuses: this.#statuses,
      shed: this.#shed,
      closed: this.#closed,
      routes: Object.fromEntries(this.#routes),
      statements: this.#statements,
      statementTime: Math.round(this.#statementTime),
      loop,
      memory: { resident: residentBytes(), heap, external },
      ...rest,
    };
  }

  close(): void {
    this.#delay.disable();
  }
}
