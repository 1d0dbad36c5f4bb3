const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayMilliseconds = 86_400_000;

export interface SpiresDate {
  readonly from: string;
  /** Undefined: the date is `from` itself. */
  readonly to: string | undefined;
}

/**
 * A date as SPIRES users wrote it: 2001-05-03, 78-10-21, 5/78, Feb 12, 23 Sep 1889, today,
 * yesterday, this week, last month, and any day with "- 3" or "+ 3" days. Undefined when it is none
 * of these.
 */
export function spiresDate(text: string, today: Date): SpiresDate | undefined {
  const written = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const shifted = /^(.*\S) ?([+-]) (\d{1,5})$/.exec(written) ?? /^([a-z]+)([+-])(\d{1,5})$/.exec(written);
  if (shifted !== null) {
    const start = oneDay(shifted[1] ?? '', today);
    const days = Number(shifted[3]) * (shifted[2] === '-' ? -1 : 1);
    return start && { from: iso(new Date(start.getTime() + days * dayMilliseconds)), to: undefined };
  }
  const week = /^(this|last) week$/.exec(written);
  if (week !== null) {
    const sunday = today.getTime() - today.getUTCDay() * dayMilliseconds;
    if (week[1] === 'this') return { from: iso(new Date(sunday)), to: iso(today) };
    return { from: iso(new Date(sunday - 7 * dayMilliseconds)), to: iso(new Date(sunday - dayMilliseconds)) };
  }
  const month = /^(this|last) month$/.exec(written);
  if (month !== null) {
    const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - (month[1] === 'last' ? 1 : 0), 1));
    return { from: iso(first).slice(0, 7), to: undefined };
  }
  const named = written === 'today' || written === 'yesterday' ? oneDay(written, today) : undefined;
  const from = named === undefined ? calendarDate(written, today) : iso(named);
  return from === undefined ? undefined : { from, to: undefined };
}

function oneDay(text: string, today: Date): Date | undefined {
  if (text === 'today') return today;
  if (text === 'yesterday') return new Date(today.getTime() - dayMilliseconds);
  const date = calendarDate(text, today);
  return date !== undefined && date.length === 10 ? new Date(`${date}T00:00:00Z`) : undefined;
}

/** "2001", "2001-05" or "2001-05-03". */
function calendarDate(text: string, today: Date): string | undefined {
  const numbers = /^(\d{4}|\d{2})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?$/.exec(text);
  const slashed = /^(\d{1,2})\/(\d{4}|\d{2})$/.exec(text);
  if (slashed !== null && Number(slashed[1]) <= 12) return joined(slashed[2], slashed[1], undefined, today);
  if (numbers !== null) return joined(numbers[1], numbers[2], numbers[3], today);
  const dayFirst = /^(?:(\d{1,2}) )?([a-z]{3})[a-z]*\.?,? (\d{4}|\d{2})$/.exec(text);
  if (dayFirst !== null) return joined(dayFirst[3], monthNumber(dayFirst[2]), dayFirst[1], today);
  const dayInside = /^([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})$/.exec(text);
  return dayInside === null ? undefined : joined(dayInside[3], monthNumber(dayInside[1]), dayInside[2], today);
}

function monthNumber(name: string | undefined): string | undefined {
  const index = months.indexOf(name ?? '');
  return index === -1 ? '0' : String(index + 1);
}

function joined(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  today: Date,
): string | undefined {
  if (month === '0') return undefined;
  return [fullYear(year ?? '', today), month?.padStart(2, '0'), day?.padStart(2, '0')]
    .filter((part) => part !== undefined)
    .join('-');
}

/** Years of two digits that would lie more than ten years ahead were in the last century. */
function fullYear(year: string, today: Date): string {
  if (year.length === 4) return year;
  const now = today.getUTCFullYear();
  const candidate = now - (now % 100) + Number(year);
  return String(candidate > now + 10 ? candidate - 100 : candidate);
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}
