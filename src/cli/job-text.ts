import { grouped } from '../errors/grouped.ts';
import { type JobState, type JobView, leastPriority } from '../jobs/queue/job.ts';
import type { ScheduleView } from '../jobs/queue/schedules.ts';
import { duration } from './progress.ts';
import { type Column, tableLines, type Window } from './terminal.ts';

const columns: readonly Column[] = [
  { head: 'JOB', right: true },
  { head: 'KIND' },
  { head: 'WHAT', givesWay: true },
  { head: 'BY', ifAny: true },
  { head: 'STATE' },
  { head: 'PRIORITY', right: true, ifAny: true },
  { head: 'TIME', right: true, ifAny: true },
  { head: 'HOW FAR, OR WHAT WAS DONE', lines: 3 },
];

/** Long messages are cut in a window: `jobLines` has the whole. */
export function jobTable(jobs: readonly JobView[], window: Window, now: number = Date.now()): readonly string[] {
  const rows = jobs.map((job) => [
    ...[String(job.id), job.kind, job.name, job.person ?? '', stateText(job)],
    ...[
      job.priority === 0 ? '' : String(job.priority),
      job.took === null ? '' : duration(job.took / 1000),
      howFar(job, now),
    ],
  ]);
  return tableLines(columns, rows, window);
}

/** "running on web1, to sleep", "failed 3 times". */
export function stateText({ state, wish, node, attempts, acknowledged }: JobView): string {
  if (state === 'running') {
    const soon = wish === 'sleep' ? ', is to sleep' : wish === 'stop' ? ', is to stop' : '';
    return `running on ${node ?? '?'}${soon}`;
  }
  if (state === 'failed') return acknowledged ? 'failed, seen' : 'failed';
  return state === 'waiting' && attempts > 0 ? `waiting to try again` : state;
}

export function howFar(job: JobView, now: number): string {
  if (job.state === 'waiting') return waitsFor(job, now);
  if (job.state === 'running' || job.state === 'sleeping') return progressText(job);
  return [job.did, job.problem].filter((text) => text !== null).join(' ');
}

/** Why it waits. */
function waitsFor({ due, after, afterState, hours, problem, onNode, priority }: JobView, now: number): string {
  if (after !== null) return afterText(after, afterState);
  if (priority < leastPriority) return 'until somebody begins it: reperio job run-now';
  if (due === null) return onNode === null ? 'for its turn' : `for its turn on ${onNode}`;
  const when = `${duration((due.getTime() - now) / 1000)}`;
  if (problem !== null) return `${when} more: ${problem}`;
  return hours === null ? `${when} more` : `${when} more, for ${hours}`;
}

function afterText(id: number, state: JobState | null): string {
  const before = `for job ${id} of its sequence`;
  if (state === 'failed') return `${before}, which failed: try that again or delete it`;
  if (state === 'stopped') return `${before}, which was stopped: wake or delete it`;
  return state === 'sleeping' ? `${before}, which sleeps` : before;
}

function progressText({ progress, took, state }: JobView): string {
  if (progress === null) return '';
  const { done, total, sentence } = progress;
  if (total === undefined || total === 0) return sentence;
  const part = Math.min(1, done / total);
  const isKnown = state === 'running' && part > 0 && took !== null;
  const left = isKnown ? `, ${duration(((took / 1000) * (1 - part)) / part)} left` : '';
  return `${Math.floor(part * 100)} %, ${sentence}${left}`;
}

/** All about one. */
export function jobLines(job: JobView, now: number = Date.now()): readonly string[] {
  const { id, kind, name, person, priority, sequence, hours, created, began, took } = job;
  const lines = [
    `Job ${id}: ${kind} ${name}`,
    `State:     ${stateText(job)}`,
    `How far:   ${howFar(job, now)}`,
    `Asked for: ${timeText(created)}${person === null ? '' : ` by ${person}`}, priority ${grouped(priority)}`,
  ];
  if (began !== null) lines.push(`Begun:     ${timeText(began)}, ${duration((took ?? 0) / 1000)}`);
  if (job.due !== null) lines.push(`Not until: ${timeText(job.due)}`);
  if (hours !== null) lines.push(`Window:    ${hours}`);
  if (job.schedule !== null) lines.push(`Schedule:  ${job.schedule}`);
  if (sequence !== null) lines.push(`Sequence:  ${sequence}`);
  if (job.state === 'failed' && !job.acknowledged)
    lines.push(
      `Now:       reperio job wake ${id} tries it again, reperio job acknowledge ${id} says that you have seen it`,
    );
  return lines.filter((line) => !/^How far: +$/.test(line));
}

const scheduleColumns: readonly Column[] = [
  { head: 'SCHEDULE', right: true },
  { head: 'KIND' },
  { head: 'WHAT' },
  { head: 'BY' },
  { head: 'WHEN' },
  { head: 'NEXT' },
  { head: 'LAST JOB' },
];

export function scheduleTable(schedules: readonly ScheduleView[], window: Window): readonly string[] {
  const rows = schedules.map((schedule) => {
    const { id, kind, name, person, next, problem, last, lastState } = schedule;
    const lastText = last === null ? '' : `${last} ${lastState ?? ''}`;
    return [String(id), kind, name, person ?? '', rhythmText(schedule), problem ?? timeText(next), lastText];
  });
  return tableLines(scheduleColumns, rows, window);
}

/** "every 6 h", "30 2 * * Mon-Fri (Europe/Zurich)". */
export function rhythmText({ every, cron, timeZone }: Pick<ScheduleView, 'every' | 'cron' | 'timeZone'>): string {
  if (every === null) return `${cron ?? ''}${timeZone === null ? '' : ` (${timeZone})`}`;
  const [unit, seconds] = (
    [
      ['w', 604_800],
      ['d', 86_400],
      ['h', 3_600],
    ] as const
  ).find(([, all]) => every % all === 0) ?? ['min', 60];
  return `every ${every / seconds} ${unit}`;
}

export function timeText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
