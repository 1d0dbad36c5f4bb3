import { countsText, type JobCount } from '../jobs/queue/count.ts';
import type { TaskState } from '../jobs/task-state.ts';
import { judged, withoutConsequences } from '../monitor/check/judge.ts';
import { isGone, type NodeStatus, otherReleases } from '../monitor/node-status.ts';
import type { NodeView } from '../monitor/status/node-view.ts';
import { ahead, count, duration, megabytes, milliseconds, percent, rate } from '../monitor/status/numbers.ts';
import { backupTexts, failedReloadText, othersText, taskTime } from '../monitor/status/text.ts';
import { type Column, tableLines, type Window } from './terminal.ts';

/** The status of a node for a terminal: a head, and tables of what there is. */
export function statusLines({ status, nodes, tasks, jobs, backup }: NodeView, window: Window): readonly string[] {
  const { workers, now } = status;
  const running = workers
    .flatMap((worker) => worker.running.map((request) => ({ ...request, worker: worker.place + 1 })))
    .sort((a, b) => a.began - b.began);
  const parts: readonly (readonly string[])[] = [
    headLines(status),
    checkLines(status),
    [
      ...table(
        workerColumns,
        workers.map((worker) => workerRow(worker, now)),
        window,
      ),
      ...workers.flatMap(({ place, report }) =>
        report?.index.problem === undefined ? [] : [`Worker ${place + 1}: ${report.index.problem}`],
      ),
      ...backgroundLines(status),
    ],
    table(
      runningColumns,
      running.map(({ began, worker, statements, client, method, url }) => [
        ...[duration(now - began), String(worker), count(statements), client, `${method} ${url}`],
      ]),
      window,
    ),
    table(
      exitColumns,
      status.deaths
        .slice(0, exitsShown)
        .map(({ when, place, how, age, running: answering }) => [
          ...[`${duration(now - when)} ago`, String(place + 1), how, duration(age * 1000)],
          answering.map(({ method, url }) => `${method} ${url}`).join(', '),
        ]),
      window,
    ),
    nodes === undefined
      ? ['The database does not answer, so nothing is known about other nodes.']
      : table(
          nodeColumns,
          nodes.map(({ summary, age, skew }) => [
            ...[summary.name, isGone(age) ? `gone for ${duration(age)}` : summary.state, summary.address],
            ...[summary.version, `${summary.ready} of ${summary.workers}`, rate(summary.perSecond)],
            ahead(skew),
          ]),
          window,
        ),
    taskTable(tasks ?? [], window),
    jobsLine(jobs),
    backup === undefined ? [] : backupTexts(backup).map(({ text }) => text),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

/** A node of an earlier release does not tell. */
function jobsLine(jobs: readonly JobCount[] | undefined): readonly string[] {
  const text = jobs && countsText(jobs);
  return text === undefined ? [] : [`Jobs: ${text}.`];
}

/** When each task is due, what it did last, and below what an operator must look at. */
export function taskTable(tasks: readonly TaskState[], window: Window): readonly string[] {
  const rows = tasks.map(({ name, succeeded, took, node, did, ...state }) => [
    ...[name, taskTime(state)],
    ...(succeeded === null
      ? ['never', '', '', '']
      : [`${duration(succeeded)} ago`, duration(took ?? 0), node ?? '', did ?? '']),
  ]);
  const problems = tasks.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]));
  return [...table(taskColumns, rows, window), ...problems];
}

const exitsShown = 5;

const workerColumns: readonly Column[] = [
  { head: 'WORKER' },
  { head: 'PROCESS', right: true },
  { head: 'STATE' },
  { head: 'UP' },
  { head: 'REQUESTS', right: true },
  { head: 'BUSY', right: true },
  { head: 'LAG', right: true },
  { head: 'MEMORY', right: true },
  { head: 'SQL', right: true },
  { head: 'WAITING', right: true },
  { head: 'INDEX READ' },
];
const runningColumns: readonly Column[] = [
  { head: 'RUNNING' },
  { head: 'WORKER' },
  { head: 'SQL', right: true },
  { head: 'CLIENT' },
  { head: 'REQUEST' },
];
const exitColumns: readonly Column[] = [
  { head: 'FAILED' },
  { head: 'WORKER' },
  { head: 'HOW' },
  { head: 'AFTER' },
  { head: 'ANSWERING' },
];
const nodeColumns: readonly Column[] = [
  { head: 'NODE' },
  { head: 'STATE' },
  { head: 'ADDRESS' },
  { head: 'RELEASE' },
  { head: 'WORKERS' },
  { head: 'REQUESTS/S', right: true },
  { head: 'CLOCK', right: true },
];
const taskColumns: readonly Column[] = [
  { head: 'TASK' },
  { head: 'DUE' },
  { head: 'LAST DONE' },
  { head: 'TOOK' },
  { head: 'NODE' },
  { head: 'RESULT' },
];

function table(columns: readonly Column[], rows: readonly (readonly string[])[], window: Window): readonly string[] {
  return rows.length === 0 ? [] : tableLines(columns, rows, window);
}

function headLines(status: NodeStatus): readonly string[] {
  const { name, state, address, version, pid, now, started, samples, totals, deathCount } = status;
  const last = samples.at(-1);
  const failed = deathCount === 1 ? '1 worker failure' : `${count(deathCount)} worker failures`;
  const others = otherReleases(status);
  return [
    `${name} is ${state} at ${address}: release ${version}, process ${pid}, up ${duration(now - started)}`,
    `${rate(last?.requests ?? 0)} requests/s, 95 % within ${milliseconds(last?.p95 ?? 0)} ms, ${rate(last?.errors ?? 0)} errors/s, event-loop lag ${milliseconds(last?.lag ?? 0)} ms`,
    `${count(totals.requests)} requests in total, ${failed}`,
    ...(others.length > 0 ? [othersText(others)] : []),
    ...[failedReloadText(status)].filter((text) => text !== undefined),
  ];
}

/** What is not well, the worst first. */
function checkLines({ checks = [] }: NodeStatus): readonly string[] {
  const { kept, waiting } = withoutConsequences(checks);
  const wrong = judged(kept)
    .filter(({ answer }) => answer.state !== 'ok')
    .map(({ name, answer: { state, sentence, fix } }) =>
      [`${name} ${state.toUpperCase()}: ${sentence}`, ...(fix === undefined ? [] : [`Try: ${fix}`])].join(' '),
    );
  return waiting.length === 0 ? wrong : [...wrong, `Not known without the database: ${waiting.join(', ')}.`];
}

function workerRow(
  { place, pid, state, started, report }: NodeStatus['workers'][number],
  now: number,
): readonly string[] {
  const facts =
    report === undefined
      ? []
      : [
          ...[count(report.requests), percent(report.loop.busy), `${milliseconds(report.loop.p99)} ms`],
          ...[megabytes(report.memory.resident), String(report.pool.open - report.pool.idle)],
          ...[String(report.pool.waiting), `${duration(report.index.age)} ago`],
        ];
  return [String(place + 1), String(pid), state, duration(now - started), ...facts];
}

function backgroundLines({ background, now }: NodeStatus): readonly string[] {
  const { pid, started, doing, deaths, lastDeath, thumbnailTrouble } = background;
  const state = pid === 0 ? 'is not running' : `${pid} is up ${duration(now - started)}, ${doing ?? 'idle'}`;
  const times = deaths === 1 ? 'once' : `${deaths} times`;
  return [
    `The background process ${state}.`,
    ...(deaths > 0 ? [`It has failed ${times}; the last time it ${lastDeath ?? 'ended'}.`] : []),
    ...(thumbnailTrouble === undefined ? [] : [`Documents have no thumbnails: ${thumbnailTrouble}.`]),
  ];
}
