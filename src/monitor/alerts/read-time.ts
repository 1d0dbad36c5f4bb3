import { weekdays } from '../../config/emergency.ts';
import { UserError } from '../../errors/errors.ts';
import { alertErrors } from './errors.ts';
import { wallTime } from './recipients.ts';

const minute = 60_000;
const quarter = 15 * minute;
/** No time zone is further from UTC. */
const furthest = 15 * 60 * minute;

/**
 * A moment as people write it, in ms since 1970: `Mon 03:00` is the next one, `2026-12-24 03:00` is
 * of the wall in the zone, and with Z or +01:00 it is what it says. Throws `timeWrong`, also for a
 * time that the clock of the wall skips.
 */
export function readTime(text: string, timeZone: string | undefined, now: number): number {
  const found = ofWeekday(text, timeZone, now) ?? ofWall(text, timeZone) ?? ofInstant(text);
  if (found === undefined) throw new UserError(alertErrors.timeWrong, { text });
  return found;
}

function ofWeekday(text: string, timeZone: string | undefined, now: number): number | undefined {
  const [, name, hours, minutes] = /^([A-Za-z]{3,9})\s+(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  if (name === undefined) return undefined;
  const weekday = weekdays.findIndex((one) => one.toLowerCase().startsWith(name.toLowerCase()));
  const wanted = Number(hours) * 60 + Number(minutes);
  for (let at = now - (now % minute), end = now + 8 * 24 * 60 * minute; at < end; at += minute) {
    const wall = wallTime(at, timeZone);
    if (wall.weekday === weekday && wall.minute === wanted) return at;
  }
  return undefined;
}

function ofWall(text: string, timeZone: string | undefined): number | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})$/.exec(text.trim());
  if (found === null) return undefined;
  const [year, month, day, hour, minutes] = found.slice(1).map(Number) as [number, number, number, number, number];
  const near = Date.UTC(year, month - 1, day, hour, minutes);
  const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  for (let at = near - furthest; at <= near + furthest; at += quarter)
    if (clock.format(at) === text.trim().replace('T', ' ')) return at;
  return undefined;
}

function ofInstant(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/.test(text.trim())) return undefined;
  const at = Date.parse(text.trim().replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : at;
}

const units: Readonly<Record<string, number>> = { s: 1_000, min: minute, m: minute, h: 60 * minute, d: 1_440 * minute };

/** Longer, and nobody remembers it. Milliseconds. */
const longestSilence = 30 * 1_440 * minute;

/** How long nothing is sent, in ms. Throws `durationWrong`, `silenceLong`. */
export function readSilence(text: string): number {
  const length = readDuration(text);
  if (length > longestSilence) throw new UserError(alertErrors.silenceLong, { text });
  return length;
}

/** `30min`, `2h`, `3d` in ms. Throws `durationWrong`. */
function readDuration(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})\s*(s|min|m|h|d)$/.exec(text.trim()) ?? [];
  const factor = units[unit];
  if (digits === undefined || factor === undefined) throw new UserError(alertErrors.durationWrong, { text });
  return Number(digits) * factor;
}
