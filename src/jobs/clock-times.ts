/**
 * When something is due, by the clock of the host: `02:00` every day, `Sun 03:00` every week,
 * `1 03:00` on the first of every month.
 */
export interface TimesOfDay {
  readonly text: string;
  readonly minute: number;
  readonly hour: number;
  /** 0 is Sunday. */
  readonly weekday?: number;
  /** 1 to 28, which every month has. */
  readonly day?: number;
}

/** From one time of day to another, `22:00-06:00`; the end is not in it. Minutes since midnight. */
export interface DailyWindow {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const timePattern = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Undefined: it is none. */
export function timesOfDay(text: string): TimesOfDay | undefined {
  const [last = '', first, ...more] = text.trim().split(/\s+/).toReversed();
  const time = timePattern.exec(last);
  if (time === null || more.length > 0) return undefined;
  const [hour, minute] = [Number(time[1]), Number(time[2])];
  if (first === undefined) return { text, hour, minute };
  const weekday = weekdays.indexOf(first.toLowerCase().slice(0, 3));
  if (weekday >= 0) return { text, hour, minute, weekday };
  const day = Number(first);
  return Number.isInteger(day) && day >= 1 && day <= 28 ? { text, hour, minute, day } : undefined;
}

/** Undefined: it is none. */
export function dailyWindow(text: string): DailyWindow | undefined {
  const [from, to, ...more] = text.split('-').map((part) => timePattern.exec(part.trim()));
  if (from == null || to == null || more.length > 0) return undefined;
  return { text, from: minutesOf(from), to: minutesOf(to) };
}

function minutesOf([, hour, minute]: RegExpExecArray): number {
  return Number(hour) * 60 + Number(minute);
}

/**
 * The first such time after this one. A time that the clock leaps over in spring is the one that it
 * leaps to; one that it has twice in autumn is the first.
 */
export function nextTime({ hour, minute, weekday, day }: TimesOfDay, after: Date): Date {
  for (let ahead = 0; ; ahead++) {
    const found = new Date(after.getFullYear(), after.getMonth(), after.getDate() + ahead, hour, minute);
    if (found <= after) continue;
    if (weekday !== undefined && found.getDay() !== weekday) continue;
    if (day !== undefined && found.getDate() !== day) continue;
    return found;
  }
}

/** Equal ends are the whole day. */
export function isWithin({ from, to }: DailyWindow, when: Date): boolean {
  const now = when.getHours() * 60 + when.getMinutes();
  return from < to ? from <= now && now < to : now >= from || now < to;
}
