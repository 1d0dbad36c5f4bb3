/** Seconds since 1970, `from` included, `below` not. */
export interface TimeSpan {
  readonly from: number;
  readonly below: number;
}

/**
 * What a written date covers, in UTC: "2012" a year, "2012-05" a month, "2012-05-03" a day,
 * "2012-05-03 14:30" a minute, with ":05" a second. Undefined when it is not one.
 */
export function spanOfDate(text: string): TimeSpan | undefined {
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?)?)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => part && Number(part));
  if (typeof year !== 'number') return undefined;
  const parts = [year, month, day, hour, minute, second].filter((part) => typeof part === 'number');
  if (!possible(parts)) return undefined;
  // An hour is never written without its minute, so the last part is what varies.
  const next = [...parts];
  next[next.length - 1] = (next.at(-1) ?? 0) + 1;
  return { from: utc(parts), below: utc(next) };
}

function possible(parts: readonly number[]): boolean {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function utc(parts: readonly number[]): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const time = new Date(0);
  // Date.UTC takes years below 100 for years of the 20th century.
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  return time.getTime() / 1000;
}
