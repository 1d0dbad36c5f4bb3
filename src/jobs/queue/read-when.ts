import { UserError } from '../../errors/errors.ts';
import { type TimesOfDay, timesOfDay } from '../clock-times.ts';
import { jobErrors } from '../errors.ts';
import { instantOf, wallOf } from '../zone-time.ts';

const units: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * When a job is to be begun: `22:00`, `Sun 03:00`, `+2h`, or `2026-12-24 20:00`, by the clocks of a
 * zone (undefined: of the host) unless another follows. Throws `timeWrong`.
 */
export function readWhen(text: string, now: Date, zone?: string): Date {
  const ahead = /^\+(\d{1,5})\s*(min|h|d)$/.exec(text.trim());
  if (ahead !== null) return new Date(now.getTime() + Number(ahead[1]) * units[ahead[2]!]!);
  const times = timesOfDay(text);
  if (times !== undefined) return nextOf(times, now, zone);
  const [, date = '', time = '', offset] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/.exec(text.trim()) ?? [];
  const at = new Date(`${date}T${time}${offset?.replace('UTC', 'Z') ?? 'Z'}`);
  if (Number.isNaN(at.getTime())) throw new UserError(jobErrors.timeWrong, { text });
  return offset === undefined ? instantOf(at, zone) : at;
}

function nextOf({ hour, minute, weekday, day }: TimesOfDay, now: Date, zone: string | undefined): Date {
  const today = wallOf(now, zone);
  for (let ahead = 0; ; ahead++) {
    const [year, month, date] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + ahead];
    const wall = new Date(Date.UTC(year, month, date, hour, minute));
    const isOn = (weekday ?? wall.getUTCDay()) === wall.getUTCDay() && (day ?? wall.getUTCDate()) === wall.getUTCDate();
    const found = instantOf(wall, zone);
    if (isOn && found > now) return found;
  }
}

/** Throws `priorityWrong`. */
export function readPriority(text: string): number {
  const value = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= leastAsked && value <= mostAsked)) throw new UserError(jobErrors.priorityWrong, { text });
  return value;
}

export const leastAsked = -100;
export const mostAsked = 1000;
