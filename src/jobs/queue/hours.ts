import { instantOf, wallOf } from '../zone-time.ts';

/**
 * The hours of the week in which a job may run, in Invenio's words: `22:00-06:00` each day,
 * `Mon-Fri 22-6`, `Saturday`, `Sat,Sun 08:00-20:00`. A window belongs to the day on which it
 * begins. By the clocks of a time zone.
 */
export interface Hours {
  readonly text: string;
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  /** Minutes since midnight. */
  readonly from: number;
  /** Minutes; at most a day. */
  readonly length: number;
}

const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const minutesOfDay = 24 * 60;
const minute = 60_000;

/** Undefined: they are none. */
export function readHours(text: string): Hours | undefined {
  const words = text.trim().split(/\s+/);
  const times = /^\d/.test(words.at(-1)!) ? words.pop() : undefined;
  if (words.length > 1) return undefined;
  const days = words.length === 0 ? new Set(dayNames.keys()) : daysOf(words[0]!);
  if (days === undefined) return undefined;
  if (times === undefined) return { text: text.trim(), days, from: 0, length: minutesOfDay };
  const [from, to, ...more] = times.split('-').map(minutesIn);
  if (from === undefined || to === undefined || from === minutesOfDay || more.length > 0) return undefined;
  return { text: text.trim(), days, from, length: (to - from + minutesOfDay) % minutesOfDay || minutesOfDay };
}

function daysOf(text: string): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last = first, ...more] = part
      .split('-')
      .map((word) => dayNames.findIndex((name) => word.length >= 3 && name.startsWith(word.toLowerCase())));
    if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === last) break;
    }
  }
  return found;
}

function minutesIn(text: string): number | undefined {
  const found = /^(\d{1,2})(?::(\d{2}))?$/.exec(text);
  if (found === null) return undefined;
  const [hour, rest] = [Number(found[1]), Number(found[2] ?? 0)];
  return hour * 60 + rest <= minutesOfDay && rest < 60 ? hour * 60 + rest : undefined;
}

/** Whether a job may run then. An undefined zone is that of the host. */
export function isOpen(hours: Hours, at: Date, zone?: string): boolean {
  const wall = wallOf(at, zone);
  return [0, -1].some((ahead) => {
    const begin = beginOn(hours, wall, ahead);
    return begin !== undefined && begin <= wall && wall.getTime() < begin.getTime() + hours.length * minute;
  });
}

/** The first moment from this one on at which it may run. */
export function nextOpening(hours: Hours, at: Date, zone?: string): Date {
  if (isOpen(hours, at, zone)) return at;
  const wall = wallOf(at, zone);
  for (let ahead = 0; ; ahead++) {
    const begin = beginOn(hours, wall, ahead);
    if (begin === undefined || begin <= wall) continue;
    const found = instantOf(begin, zone);
    // In spring the clocks may leap over the whole of it.
    if (found > at && isOpen(hours, found, zone)) return found;
  }
}

/** When it begins so many days after the day of a wall. */
function beginOn({ days, from }: Hours, wall: Date, ahead: number): Date | undefined {
  const [year, month, date] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate() + ahead];
  const begin = new Date(Date.UTC(year, month, date, 0, from));
  return days.has(begin.getUTCDay()) ? begin : undefined;
}
