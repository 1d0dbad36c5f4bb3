import type { JobView } from '../../jobs/queue/job.ts';
import { howFar, stateText } from '../job-text.ts';
import { duration } from '../progress.ts';
import { type Column, fitted, tableLines } from '../terminal.ts';
import type { Watch } from './press.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this there is room for what matters only. */
const wide = 100;
const partNames = { done: '1 Done', active: '2 Active', archived: '3 Archived' } as const;
const help = [
  'up, down, page up, page down, home, end: choose a job',
  '1  what ended within a day          2  what runs, waits, sleeps or failed',
  '3  what ended before',
  'l  its log (also Enter)             n  its priority',
  's  sleep                            w  wake, or try again',
  't  stop                             r  begin it before all others',
  'k  acknowledge that it failed       d  delete it with its log',
  'q  quit',
];
const keys = 'w wake  s sleep  t stop  k acknowledge  d delete  n priority  l log  r run now  ? help  q quit';
const shortKeys = 'w s t k d n l r  ? help  q quit';

/** How many jobs or lines of a log fit. */
export function pageOf({ rows }: Size): number {
  return Math.max(1, rows - frame);
}

/** Parts, heads and a blank above; message and keys below. */
const frame = 4;

/** The lines of the screen, as many as it has rows, none wider than it is. */
export function draw(watch: Watch, size: Size, now: number): readonly string[] {
  const { columns } = size;
  const page = pageOf(size);
  const head = headLine(watch, columns);
  const body = bodyLines(watch, size, now);
  const filled = [...body, ...Array<string>(Math.max(0, page + 1 - body.length)).fill('')];
  return [
    head,
    ...filled.slice(0, page + 1),
    fitted(bottomLine(watch), columns),
    fitted(keyLine(watch, columns), columns),
  ];
}

function headLine({ part, total }: Watch, columns: number): string {
  const names = (['done', 'active', 'archived'] as const).map((one) =>
    one === part ? `[${partNames[one]}: ${total}]` : ` ${partNames[one]} `,
  );
  return bold(fitted(names.join(' '), columns));
}

function bodyLines(watch: Watch, size: Size, now: number): readonly string[] {
  const { jobs, place, mode } = watch;
  const page = pageOf(size);
  if (mode.kind === 'help') return help.map((line) => fitted(line, size.columns));
  if (mode.kind === 'log') {
    const end = mode.lines.length - mode.below;
    const lines = mode.lines.slice(Math.max(0, end - page), end).map(({ at, level, text }) => {
      const tag = level === 'info' ? '' : `${level === 'warn' ? 'warning' : 'error'}: `;
      return fitted(`${at.toISOString().slice(11, 19)}  ${tag}${plain(text)}`, size.columns);
    });
    return [bold(fitted(`Log of job ${mode.id}, UTC`, size.columns)), ...lines];
  }
  if (jobs.length === 0) return ['', 'There are no such jobs.'];
  // The chosen one is on the screen.
  const first = Math.max(0, Math.min(place - Math.floor(page / 2), jobs.length - page));
  const shown = jobs.slice(first, first + page);
  const table = tableLines(
    size.columns < wide ? narrowColumns : wideColumns,
    shown.map((job) => (size.columns < wide ? narrowCells(job, now) : wideCells(job, now)).map(plain)),
    { width: size.columns, heading: bold },
  );
  return table.map((line, at) => (at === place - first + 1 ? `\x1b[7m${line.padEnd(size.columns)}\x1b[0m` : line));
}

const narrowColumns: readonly Column[] = [{ head: 'JOB', right: true }, { head: 'STATE' }, { head: 'WHAT' }];
const wideColumns: readonly Column[] = [
  ...([{ head: 'JOB', right: true }, { head: 'KIND' }, { head: 'WHAT' }, { head: 'BY' }] as const),
  ...([{ head: 'STATE' }, { head: 'PRIORITY', right: true }, { head: 'TIME', right: true }, { head: '' }] as const),
];

function narrowCells(job: JobView, now: number): readonly string[] {
  return [String(job.id), barText(job) ?? job.state, `${job.name}: ${howFar(job, now)}`];
}

function wideCells(job: JobView, now: number): readonly string[] {
  const { id, kind, name, person, priority, took } = job;
  const time = took === null ? '' : duration(took / 1000);
  const bar = barText(job);
  const far = howFar(job, now);
  return [
    ...[String(id), kind, fitted(name, 30), person ?? '', stateText(job)],
    ...[String(priority), time, bar === undefined ? far : `${bar} ${far}`],
  ];
}

/** `[####....]`; undefined: nobody knows how far it is. */
function barText({ state, progress }: JobView): string | undefined {
  const { done = 0, total } = progress ?? {};
  if ((state !== 'running' && state !== 'sleeping') || total === undefined || total === 0) return undefined;
  const full = Math.floor(Math.min(1, done / total) * barLength);
  return `[${'#'.repeat(full)}${'.'.repeat(barLength - full)}]`;
}
const barLength = 10;

function bottomLine({ mode, message }: Watch): string {
  if (mode.kind === 'confirm')
    return `${mode.wish === 'stop' ? 'Stop' : 'Delete'} job ${mode.id}? y: yes, any other key: no`;
  if (mode.kind === 'priority') return `Priority of job ${mode.id}: ${mode.typed}_   Enter: set it, Escape: leave it`;
  return plain(message);
}

function keyLine({ mode }: Watch, columns: number): string {
  if (mode.kind === 'log') return 'up, down, page up, page down  q back';
  if (mode.kind === 'help') return 'any key: back';
  return columns < wide ? shortKeys : keys;
}

/** What names and logs say is no command to the terminal. */
function plain(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, '\ufffd');
}

function bold(text: string): string {
  return `\x1b[1m${text}\x1b[0m`;
}
