import { UserError } from '../../errors/errors.ts';
import { nextTime, timesOfDay } from '../clock-times.ts';
import { jobErrors } from '../errors.ts';

const units: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * When a job is to be begun: `22:00`, `Sun 03:00`, `+2h`, or `2026-12-24 20:00`, by the clock of
 * the host unless a zone follows. Throws `timeWrong`.
 */
export function readWhen(text: string, now: Date): Date {
  const ahead = /^\+(\d{1,5})\s*(min|h|d)$/.exec(text.trim());
  if (ahead !== null) return new Date(now.getTime() + Number(ahead[1]) * units[ahead[2]!]!);
  const times = timesOfDay(text);
  if (times !== undefined) return nextTime(times, now);
  const isDate = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/.test(text.trim());
  const at = new Date(
    text
      .trim()
      .replace(/\s*UTC$/, 'Z')
      .replace(' ', 'T')
      .replace(' ', ''),
  );
  if (!isDate || Number.isNaN(at.getTime())) throw new UserError(jobErrors.timeWrong, { text });
  return at;
}

/** Throws `priorityWrong`. */
export function readPriority(text: string): number {
  const value = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= leastAsked && value <= mostAsked)) throw new UserError(jobErrors.priorityWrong, { text });
  return value;
}

export const leastAsked = -100;
export const mostAsked = 1000;
