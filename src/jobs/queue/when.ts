import { Cron } from 'croner';
import { UserError } from '../../errors/errors.ts';
import { jobErrors } from '../errors.ts';

/** When jobs of a schedule are due: one of both. */
export type Rhythm =
  /** Seconds from one time to the next. */
  | { readonly every: number; readonly cron: null }
  /** Minute, hour, day of the month, month, day of the week, by the clocks of a time zone. */
  | { readonly every: null; readonly cron: string };

const seconds: Readonly<Record<string, number>> = { min: 60, h: 3_600, d: 86_400, w: 604_800 };
const mostSeconds = 366 * 86_400;

/** `15min`, `6h`, `1d`, `1w`. Throws `everyWrong`. */
export function readEvery(text: string): Rhythm {
  const [, digits, unit = ''] = /^(\d{1,6})\s*(min|h|d|w)$/.exec(text.trim()) ?? [];
  const every = Number(digits) * (seconds[unit] ?? Number.NaN);
  if (!(every > 0 && every <= mostSeconds)) throw new UserError(jobErrors.everyWrong, { text });
  return { every, cron: null };
}

/** Throws `cronWrong`, also for what never comes, such as the 30th of February. */
export function readCron(text: string, zone: string | undefined): Rhythm {
  const rhythm: Rhythm = { every: null, cron: text.trim() };
  if (nextDue(rhythm, new Date(), new Date(), zone) === undefined) throw new UserError(jobErrors.cronWrong, { text });
  return rhythm;
}

/**
 * The first time after `now`: those that were missed are not made up for one by one. `due` was the
 * last, from which `every` counts. Undefined: there is none, or this release cannot read it.
 */
export function nextDue({ every, cron }: Rhythm, due: Date, now: Date, zone: string | undefined): Date | undefined {
  if (every !== null) {
    const step = every * 1_000;
    const missed = Math.floor((now.getTime() - due.getTime()) / step);
    return new Date(due.getTime() + step * (Math.max(0, missed) + 1));
  }
  try {
    // Not begun: it only says when.
    const pattern = new Cron(cron, { paused: true, mode: '5-part', ...(zone !== undefined && { timezone: zone }) });
    return pattern.nextRun(now) ?? undefined;
  } catch {
    return undefined;
  }
}
