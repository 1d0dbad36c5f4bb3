import type { JobView } from '../../jobs/queue/job.ts';
import type { JobLine } from '../../jobs/queue/log.ts';
import type { JobPart } from '../../jobs/queue/read.ts';
import type { JobWish } from '../../jobs/queue/wishes.ts';
import type { Key } from './keys.ts';

/** What is on the screen. Plain data: a key makes another of it. */
export interface Watch {
  readonly part: JobPart;
  readonly jobs: readonly JobView[];
  /** How many there are of this part, those that do not fit included. */
  readonly total: number;
  /** The place of the job that is chosen, from 0. */
  readonly place: number;
  readonly mode: Mode;
  /** What became of the last key. */
  readonly message: string;
}

type Mode =
  | { readonly kind: 'list' }
  | { readonly kind: 'help' }
  /** The log of a job; lines from its end that are below the screen. */
  | { readonly kind: 'log'; readonly id: number; readonly lines: readonly JobLine[]; readonly below: number }
  /** Asked before it is done. */
  | { readonly kind: 'confirm'; readonly id: number; readonly wish: JobWish }
  | { readonly kind: 'priority'; readonly id: number; readonly typed: string };

/** What is to be done about it. */
export type Act =
  | { readonly kind: 'quit' }
  | { readonly kind: 'look' }
  | { readonly kind: 'wish'; readonly id: number; readonly wish: JobWish }
  | { readonly kind: 'priority'; readonly id: number; readonly text: string };

export interface Pressed {
  readonly watch: Watch;
  readonly act?: Act;
}

export const firstWatch: Watch = {
  ...{ part: 'active', jobs: [], total: 0, place: 0, message: '' },
  mode: { kind: 'list' },
};

const parts: Readonly<Record<Key, JobPart>> = { 1: 'done', 2: 'active', 3: 'archived' };
const wishes: Readonly<Record<Key, JobWish>> = {
  ...{ w: 'wake', s: 'sleep', t: 'stop', k: 'acknowledge', d: 'delete', r: 'run-now' },
};
/** What cannot be taken back. */
const isAsked: ReadonlySet<JobWish> = new Set(['stop', 'delete']);

/** `page` is how many jobs or lines fit on the screen. */
export function press(before: Watch, key: Key, page: number): Pressed {
  const watch = { ...before, message: '' };
  if (key === 'quit') return { watch, act: { kind: 'quit' } };
  switch (watch.mode.kind) {
    case 'list':
      return inList(watch, key, page);
    case 'log':
      return inLog(watch, watch.mode, key, page);
    case 'help':
      return { watch: { ...watch, mode: { kind: 'list' } } };
    case 'confirm': {
      const { id, wish } = watch.mode;
      const back: Watch = { ...watch, mode: { kind: 'list' } };
      return key === 'y' ? { watch: back, act: { kind: 'wish', id, wish } } : { watch: back };
    }
    case 'priority':
      return inPriority(watch, watch.mode, key);
  }
}

function inList(watch: Watch, key: Key, page: number): Pressed {
  const { jobs, place } = watch;
  const part = parts[key];
  if (part !== undefined) return { watch: { ...watch, part, place: 0, jobs: [], total: 0 }, act: { kind: 'look' } };
  const moved = move(place, key, page);
  if (moved !== undefined) return { watch: { ...watch, place: Math.max(0, Math.min(moved, jobs.length - 1)) } };
  if (key === 'q') return { watch, act: { kind: 'quit' } };
  if (key === '?' || key === 'h') return { watch: { ...watch, mode: { kind: 'help' } } };
  const job = jobs[place];
  if (job === undefined) return { watch };
  const { id } = job;
  const wish = wishes[key];
  if (wish !== undefined && isAsked.has(wish)) return { watch: { ...watch, mode: { kind: 'confirm', id, wish } } };
  if (wish !== undefined) return { watch, act: { kind: 'wish', id, wish } };
  if (key === 'n') return { watch: { ...watch, mode: { kind: 'priority', id, typed: '' } } };
  if (key === 'l' || key === 'enter')
    return { watch: { ...watch, mode: { kind: 'log', id, lines: [], below: 0 } }, act: { kind: 'look' } };
  return { watch };
}

function inLog(watch: Watch, mode: Mode & { readonly kind: 'log' }, key: Key, page: number): Pressed {
  if (['q', 'l', 'escape', 'back', 'enter'].includes(key)) return { watch: { ...watch, mode: { kind: 'list' } } };
  const last = Math.max(0, mode.lines.length - page);
  // Upwards is away from the end.
  const moved = move(last - mode.below, key, page);
  if (moved === undefined) return { watch };
  const below = last - Math.max(0, Math.min(moved, last));
  return { watch: { ...watch, mode: { ...mode, below } } };
}

function inPriority(watch: Watch, mode: Mode & { readonly kind: 'priority' }, key: Key): Pressed {
  const back: Watch = { ...watch, mode: { kind: 'list' } };
  if (key === 'escape') return { watch: back };
  if (key === 'enter')
    return mode.typed === ''
      ? { watch: back }
      : { watch: back, act: { kind: 'priority', id: mode.id, text: mode.typed } };
  const typed = key === 'back' ? mode.typed.slice(0, -1) : /^[\d-]$/.test(key) ? mode.typed + key : mode.typed;
  return { watch: { ...watch, mode: { ...mode, typed: typed.slice(0, 5) } } };
}

function move(place: number, key: Key, page: number): number | undefined {
  const steps: Readonly<Record<Key, number>> = { up: -1, down: 1, j: 1, 'page-up': -page, 'page-down': page };
  if (key === 'home') return 0;
  if (key === 'end') return Number.MAX_SAFE_INTEGER;
  const step = steps[key];
  return step === undefined ? undefined : place + step;
}

/** What was read anew; the job that was chosen stays chosen, wherever it is now. */
export function withJobs(watch: Watch, jobs: readonly JobView[], total: number): Watch {
  const chosen = watch.jobs[watch.place]?.id;
  const found = jobs.findIndex(({ id }) => id === chosen);
  const place = found >= 0 ? found : Math.max(0, Math.min(watch.place, jobs.length - 1));
  return { ...watch, jobs, total, place };
}
