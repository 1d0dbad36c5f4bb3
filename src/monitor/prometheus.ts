import type { JobCount } from '../jobs/queue/count.ts';
import type { TaskState } from '../jobs/task-state.ts';
import type { BackupState } from '../maintain/backup/state.ts';
import { exitStatuses, judge } from './check/judge.ts';
import { latencyBounds } from './latencies.ts';
import { type NodeStatus, processesByRelease } from './node-status.ts';

type Labels = Readonly<Record<string, string | number>>;
type Value = readonly [labels: Labels, value: number];

/** One metric of a node; without lines where there is nothing to tell now. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly lines: readonly string[];
}

/**
 * A node's state in the text format of Prometheus 0.0.4: base units (seconds, bytes), all workers
 * together where they are one thing, labels of few values. Periodic tasks are those of all
 * nodes together, and every node reports them.
 */
export function prometheusText(...told: Parameters<typeof prometheusMetrics>): string {
  const lines = prometheusMetrics(...told).flatMap(({ name, type, help, lines }) =>
    lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines],
  );
  return `${lines.join('\n')}\n`;
}

/** All of them, also those that have no lines now; docs/operating.md lists them. */
export function prometheusMetrics(
  status: NodeStatus,
  tasks: readonly TaskState[] = [],
  backup?: BackupState,
  jobs: readonly JobCount[] = [],
): readonly Metric[] {
  const { totals, workers } = status;
  const ready = workers.flatMap((worker) =>
    worker.report === undefined ? [] : [{ ...worker, report: worker.report }],
  );
  const each = (value: (worker: (typeof ready)[number]) => number): readonly Value[] =>
    ready.map((worker) => [{ worker: worker.place + 1 }, value(worker)]);
  return [
    metric('reperio_info', 'gauge', 'The running version.', [[{ version: status.version }, 1]]),
    metric('reperio_start_time_seconds', 'gauge', 'When the node started, in seconds since 1970.', [
      [{}, status.started / 1000],
    ]),
    metric(
      'reperio_workers',
      'gauge',
      'Worker processes by state.',
      ['starting', 'ready', 'leaving', 'silent'].map((state) => [
        { state },
        workers.filter((worker) => worker.state === state).length,
      ]),
    ),
    metric('reperio_worker_deaths_total', 'counter', 'Workers that failed or were killed.', [[{}, status.deathCount]]),
    metric('reperio_background_deaths_total', 'counter', 'Background processes that failed.', [
      [{}, status.background.deaths],
    ]),
    metric(
      'reperio_processes',
      'gauge',
      'The supervisor and its workers by release; a reload does not replace the supervisor.',
      processesByRelease(status).map(({ kind, release, count }) => [{ kind, version: release }, count]),
    ),
    metric('reperio_reloads_total', 'counter', 'Reloads of code and settings.', [[{}, status.reloads]]),
    metric('reperio_reloads_failed_total', 'counter', 'Reloads that changed nothing.', [
      [{}, status.failedReloads ?? 0],
    ]),
    metric(
      'reperio_http_requests_total',
      'counter',
      'Responses by status.',
      Object.entries(totals.statuses).map(([code, count]) => [{ code }, count]),
    ),
    metric('reperio_http_requests_shed_total', 'counter', 'Requests refused because the node was overloaded.', [
      [{}, totals.shed],
    ]),
    histograms(status),
    metric(
      'reperio_http_requests_running',
      'gauge',
      'Running requests.',
      workers.map(({ place, running }) => [{ worker: place + 1 }, running.length]),
    ),
    metric(
      'reperio_http_connections',
      'gauge',
      'Open connections.',
      each(({ report }) => report.connections),
    ),
    metric('reperio_sql_statements_total', 'counter', 'Statements that requests waited for.', [
      [{}, totals.statements],
    ]),
    metric('reperio_sql_seconds_total', 'counter', 'Time that requests waited for the database.', [
      [{}, totals.statementTime / 1000],
    ]),
    metric(
      'reperio_sql_connections',
      'gauge',
      'Database connections of workers.',
      ready.flatMap(({ place, report: { pool } }): Value[] => [
        [{ worker: place + 1, state: 'busy' }, pool.open - pool.idle],
        [{ worker: place + 1, state: 'idle' }, pool.idle],
      ]),
    ),
    metric(
      'reperio_sql_waiting',
      'gauge',
      'Requests that wait for a connection.',
      each(({ report }) => report.pool.waiting),
    ),
    metric(
      'reperio_event_loop_lag_seconds',
      'gauge',
      'Event-loop lag since the last report, 99th percentile.',
      each(({ report }) => report.loop.p99 / 1000),
    ),
    metric(
      'reperio_event_loop_busy_ratio',
      'gauge',
      'Share of the time in which the event loop was busy.',
      each(({ report }) => report.loop.busy),
    ),
    metric(
      'reperio_resident_memory_bytes',
      'gauge',
      'Resident memory.',
      each(({ report }) => report.memory.resident),
    ),
    metric(
      'reperio_heap_bytes',
      'gauge',
      'JavaScript heap in use.',
      each(({ report }) => report.memory.heap),
    ),
    metric(
      'reperio_index_manifest',
      'gauge',
      'Version of the index that is served.',
      each(({ report }) => report.index.manifest),
    ),
    metric(
      'reperio_index_records',
      'gauge',
      'Records that can be found.',
      each(({ report }) => report.index.records),
    ),
    metric(
      'reperio_index_segments',
      'gauge',
      'Segments of the index.',
      each(({ report }) => report.index.segments),
    ),
    metric(
      'reperio_index_deltas',
      'gauge',
      'Record versions that no segment has yet.',
      each(({ report }) => report.index.deltas),
    ),
    metric(
      'reperio_index_age_seconds',
      'gauge',
      'Time since the database was last read.',
      each(({ report }) => report.index.age / 1000),
    ),
    metric(
      'reperio_cache_bytes',
      'gauge',
      'Decoded index data in caches.',
      ready.flatMap(({ place, report }) =>
        Object.entries(report.caches).map(([cache, { bytes }]): Value => [{ worker: place + 1, cache }, bytes]),
      ),
    ),
    metric(
      'reperio_cache_lookups',
      'gauge',
      'Lookups in caches of a worker since its start.',
      ready.flatMap(({ place, report }) =>
        Object.entries(report.caches).flatMap(([cache, { hits, misses }]): Value[] => [
          [{ worker: place + 1, cache, result: 'hit' }, hits],
          [{ worker: place + 1, cache, result: 'miss' }, misses],
        ]),
      ),
    ),
    ...taskMetrics(tasks, status.now),
    metric(
      'reperio_jobs',
      'gauge',
      'Jobs of the library by state and kind; those that have ended are kept for 90 days.',
      jobs.map(({ state, kind, count }) => [{ state, kind }, count]),
    ),
    ...checkMetrics(status),
    ...(backup === undefined ? [] : backupMetrics(backup)),
  ];
}

function taskMetrics(tasks: readonly TaskState[], now: number): readonly Metric[] {
  const each = (value: (task: TaskState) => number | null): readonly Value[] =>
    tasks.flatMap((task): readonly Value[] => {
      const found = value(task);
      return found === null ? [] : [[{ task: task.name }, found]];
    });
  return [
    metric(
      'reperio_task_problem',
      'gauge',
      '1 when the periodic task has failed or found a problem, else 0.',
      each(({ problem }) => (problem === null ? 0 : 1)),
    ),
    metric(
      'reperio_task_late_seconds',
      'gauge',
      'How long the task has been due without being started.',
      each(({ due, running }) => (running === null ? Math.max(0, -due / 1000) : 0)),
    ),
    metric(
      'reperio_task_success_time_seconds',
      'gauge',
      'When the task last finished, in seconds since 1970.',
      each(({ succeeded }) => (succeeded === null ? null : (now - succeeded) / 1000)),
    ),
    metric(
      'reperio_task_duration_seconds',
      'gauge',
      'How long the last run of the task took.',
      each(({ took }) => (took === null ? null : took / 1000)),
    ),
  ];
}

function checkMetrics({ checks = [] }: NodeStatus): readonly Metric[] {
  return [
    metric(
      'reperio_check_state',
      'gauge',
      'What a check found: 0 ok, 1 warning, 2 critical, 3 unknown.',
      checks.map(({ name, finding }) => [{ check: name }, exitStatuses[judge(finding).state]]),
    ),
    metric(
      'reperio_check_value',
      'gauge',
      'Numbers that checks found, by check and label, in base units.',
      checks.flatMap(({ name, finding: { measures = [] } }) =>
        measures.flatMap(({ label, value }): Value[] =>
          value === undefined || !Number.isFinite(value) ? [] : [[{ check: name, label }, value]],
        ),
      ),
    ),
  ];
}

/** What there is none of has no line. */
function backupMetrics(backup: BackupState): readonly Metric[] {
  const one = (name: string, help: string, value: number | null): Metric =>
    metric(`reperio_${name}`, 'gauge', help, value === null ? [] : [[{}, value]]);
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  const { age, problem, drillAge, drillProblem, rto, rpo, archiveAge, archiveProblem } = backup;
  return [
    one('backup_age_seconds', 'Time since the newest backup was taken.', seconds(age)),
    one(
      'backup_problem',
      'Is the newest backup damaged, or not whole?',
      age === null ? null : Number(problem !== null),
    ),
    one('drill_age_seconds', 'Time since a restore was last tried.', seconds(drillAge)),
    one(
      'drill_problem',
      'Did the last trial of a restore fail?',
      drillAge === null ? null : Number(drillProblem !== null),
    ),
    one('rto_seconds', 'How long it took in the last trial of a restore until the library answered.', rto),
    one('rpo_seconds', 'Changes of how many seconds were missing in the last trial of a restore.', rpo),
    one(
      'wal_archive_age_seconds',
      'Time since everything committed was archived for a restore to any point in time.',
      seconds(archiveAge),
    ),
    one(
      'wal_archive_failed',
      'Does archiving for any point in time fail?',
      archiveAge === null ? null : Number(archiveProblem !== null),
    ),
  ];
}

function metric(name: string, type: 'gauge' | 'counter', help: string, values: readonly Value[]): Metric {
  return { name, type, help, lines: values.map(([labels, value]) => line(name, labels, value)) };
}

function histograms({ totals }: NodeStatus): Metric {
  const name = 'reperio_http_request_duration_seconds';
  const lines = Object.entries(totals.routes).flatMap(([route, { counts, sum }]) => {
    let below = 0;
    const buckets = counts.map((count, at) => {
      below += count;
      const bound = latencyBounds[at];
      return line(`${name}_bucket`, { route, le: bound === undefined ? '+Inf' : bound / 1000 }, below);
    });
    return [...buckets, line(`${name}_sum`, { route }, sum / 1000), line(`${name}_count`, { route }, below)];
  });
  return { name, type: 'histogram', help: 'Response times by route.', lines };
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(String(text))}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`));
}
