import { firstVersions, type IndexVersions, knownPair, knownVersions } from '../site/index-versions.ts';
import type { HeartbeatState } from './alerts/heartbeat.ts';
import type { CheckResult } from './check/check.ts';
import type { NodeTotals, RouteStatus, Sample } from './node-meter.ts';
import type { RunningRequest } from './scoreboard.ts';
import type { WorkerReport } from './worker-report.ts';

/**
 * Everything an operator reads about one node: /server-status, /metrics and `reperio status` are
 * drawn from it. Plain data; times are ms since 1970.
 */
export interface NodeStatus {
  readonly name: string;
  readonly version: string;
  readonly address: string;
  readonly host: string;
  readonly pid: number;
  readonly started: number;
  /** When this was put together. */
  readonly now: number;
  readonly cores: number;
  /** Of the machine, over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly memory: { readonly total: number; readonly free: number };
  readonly state: NodeState;
  readonly reloads: number;
  /** Those that changed nothing; supervisors of releases before 0.2 do not say. */
  readonly failedReloads?: number;
  readonly lastReload?: LastReload | undefined;
  readonly workers: readonly WorkerStatus[];
  /** The newest first, a few of them. */
  readonly deaths: readonly WorkerExit[];
  /** Of all places, since the node began. */
  readonly deathCount: number;
  readonly totals: NodeTotals;
  readonly samples: readonly Sample[];
  readonly background: BackgroundStatus;
  readonly routes: readonly RouteStatus[];
  /** Connections that wait here for a worker. */
  readonly waiting: number;
  /** The supervisor's own process, in bytes. */
  readonly resident: number;
  /** What the checks found last; supervisors of releases before 0.2 have none. */
  readonly checks?: readonly CheckResult[];
  /** Undefined: nobody outside is told that this node lives. */
  readonly heartbeat?: HeartbeatState | undefined;
}

/** What became of a reload, for whoever asked for it by a signal. */
export interface LastReload {
  readonly when: number;
  readonly succeeded: boolean;
  readonly said: string;
}

/** The process that looks after the index and does periodic tasks. */
export interface BackgroundStatus {
  /** 0 while none runs. */
  readonly pid: number;
  readonly started: number;
  /** As the end of "while ...". */
  readonly doing: string | undefined;
  /** How often one has ended by itself. */
  readonly deaths: number;
  /** As "ended with SIGABRT while ...". */
  readonly lastDeath: string | undefined;
  /** Why documents have no thumbnails; undefined: they have. */
  readonly thumbnailTrouble?: string | undefined;
}

export type NodeState = 'starting' | 'serving' | 'draining';

export interface WorkerStatus {
  readonly place: number;
  readonly pid: number;
  readonly state: WorkerState;
  readonly started: number;
  /** How often a worker at this place has ended by itself. */
  readonly deaths: number;
  /** When it reported last; undefined before it has. */
  readonly reported: number | undefined;
  readonly report: WorkerReport | undefined;
  readonly running: readonly RunningRequest[];
}

/**
 * starting: not ready yet; ready; leaving: its successor is there, it answers what it has; silent:
 * has not reported for seconds.
 */
export type WorkerState = 'starting' | 'ready' | 'leaving' | 'silent';

/** A worker that ended by itself, or had to be ended. */
export interface WorkerExit {
  readonly when: number;
  readonly place: number;
  readonly pid: number;
  /** As "SIGKILL", "status 1", "did not answer for 30 s". */
  readonly how: string;
  /** Seconds that it lived. */
  readonly age: number;
  /** What it was answering. */
  readonly running: readonly RunningRequest[];
  /** The last lines that it wrote to its error output. */
  readonly said: readonly string[];
}

/** The few numbers of a node that others show. */
export interface NodeSummary {
  readonly name: string;
  readonly version: string;
  readonly address: string;
  readonly state: NodeState;
  readonly started: number;
  /** The node's clock when it wrote this. */
  readonly now: number;
  readonly workers: number;
  readonly ready: number;
  readonly perSecond: number;
  readonly errors: number;
  readonly p95: number;
  readonly lag: number;
  readonly resident: number;
  readonly manifest: number;
  readonly records: number;
  /** Milliseconds since its slowest worker has read the index. */
  readonly indexAge: number;
  /**
   * What its release can read and write of an index, the oldest first; releases before 0.2 say
   * nothing.
   */
  readonly indexVersions?: readonly IndexVersions[];
}

/** Workers of another release than the supervisor's, after a reload, by version. */
export function otherReleases({ version, workers }: Pick<NodeStatus, 'version' | 'workers'>): readonly string[] {
  const found = workers.flatMap(({ report }) => (report === undefined ? [] : [report.release ?? 'before 0.2']));
  return [...new Set(found)].filter((release) => release !== version);
}

/** How many processes of each kind run which release. */
export function processesByRelease({ version, workers }: Pick<NodeStatus, 'version' | 'workers'>): readonly {
  readonly kind: string;
  readonly release: string;
  readonly count: number;
}[] {
  const releases = workers.flatMap(({ report }) => (report === undefined ? [] : [report.release ?? 'before 0.2']));
  return [
    { kind: 'supervisor', release: version, count: 1 },
    ...[...new Set(releases)].map((release) => ({
      ...{ kind: 'worker', release },
      count: releases.filter((each) => each === release).length,
    })),
  ];
}

/** What all workers know: a reload may have brought another release than ours. */
function knownToAll(reports: readonly WorkerReport[]): readonly IndexVersions[] {
  return knownVersions.filter((pair) =>
    reports.every(({ indexVersions }) => knownPair(pair, indexVersions ?? [firstVersions]) !== undefined),
  );
}

export function summaryOf(status: NodeStatus): NodeSummary {
  const { name, version, address, state, started, now, workers, samples } = status;
  const reports = workers.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const last = samples.at(-1);
  return {
    name,
    version,
    address,
    state,
    started,
    now,
    workers: workers.length,
    ready: workers.filter((worker) => worker.state === 'ready').length,
    perSecond: last?.requests ?? 0,
    errors: last?.errors ?? 0,
    p95: last?.p95 ?? 0,
    lag: Math.max(0, ...reports.map(({ loop }) => loop.p99)),
    resident: reports.reduce((sum, { memory }) => sum + memory.resident, status.resident),
    manifest:
      Math.min(...reports.map(({ index }) => index.manifest), Number.MAX_SAFE_INTEGER) % Number.MAX_SAFE_INTEGER,
    records: Math.max(0, ...reports.map(({ index }) => index.records)),
    indexAge: Math.max(0, ...reports.map(({ index }) => index.age)),
    indexVersions: knownToAll(reports),
  };
}

/**
 * A node tells the database of itself every few seconds; one that has not for so long is gone.
 * Milliseconds.
 */
const goneAfter = 20_000;

/** `age`: milliseconds since it told. */
export function isGone(age: number): boolean {
  return age > goneAfter;
}
