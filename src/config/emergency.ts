/**
 * Who is told at which times, as Invenio's CFG_SITE_EMERGENCY_EMAIL_ADDRESSES has it: windows of
 * the week, each with its recipients. A window is `[Weekday[-Weekday]] [hh[:mm][-hh[:mm]]]`, or `*`
 * for always; it belongs to the days on which it begins.
 */
export interface DutyWindow {
  /** As it was written. */
  readonly text: string;
  /** On which days it begins: 0 is Monday. */
  readonly days: readonly number[];
  /** Minutes after midnight, and its length in minutes: 1,440 at most. */
  readonly from: number;
  readonly length: number;
}

export interface Duty {
  readonly window: DutyWindow;
  /** E-mail addresses, and `sms:+41761111111`. */
  readonly recipients: readonly string[];
}

/** Where in the text, from 1, and why. */
export interface EmergencyProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const everyDay = [0, 1, 2, 3, 4, 5, 6];
const day = 24 * 60;

class Wrong extends Error {
  readonly at: number;
  /** `at`: how many characters into the text. */
  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

/** `WINDOW = RECIPIENT, RECIPIENT; WINDOW = ...`; lines may stand in the place of semicolons. */
export function parseEmergency(text: string): {
  readonly duties: readonly Duty[];
  readonly problem?: EmergencyProblem;
} {
  try {
    const duties = parts(text, /[;\n]/g, 0).flatMap(({ text: entry, at }) => (entry === '' ? [] : [duty(entry, at)]));
    if (duties.length === 0) throw new Wrong(0, 'nobody is named');
    return { duties };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return {
      duties: [],
      problem: { line: before.length, column: before.at(-1)!.length + 1, reason: error.message },
    };
  }
}

/** What is wrong with the setting `emergency`, as the end of a sentence. */
export function emergencyProblem(text: string): string | undefined {
  const { problem } = parseEmergency(text);
  return problem && `is wrong in line ${problem.line}, column ${problem.column}: ${problem.reason}`;
}

/** What stands between separators, without blanks around it, and where it begins. */
function parts(text: string, separator: RegExp, offset: number): readonly { text: string; at: number }[] {
  const found: { text: string; at: number }[] = [];
  let at = 0;
  for (const part of text.split(separator)) {
    const trimmed = part.trimStart();
    found.push({ text: trimmed.trimEnd(), at: offset + at + part.length - trimmed.length });
    at += part.length + 1;
  }
  return found;
}

function duty(entry: string, at: number): Duty {
  const equals = entry.indexOf('=');
  if (equals < 0) throw new Wrong(at, `"${entry}" has no "=": write WINDOW = RECIPIENT, RECIPIENT`);
  const window = dutyWindow(entry.slice(0, equals).trimEnd(), at);
  const after = entry.slice(equals + 1);
  const recipients = parts(after, /,/g, at + equals + 1).map((one) => recipient(one.text, one.at));
  return { window, recipients };
}

function recipient(text: string, at: number): string {
  if (text === '') throw new Wrong(at, 'a recipient is missing');
  if (/^sms:/i.test(text)) {
    const number = text.slice(4).replace(/[\s()./-]/g, '');
    if (!/^\+\d{7,15}$/.test(number))
      throw new Wrong(at, `"${text}" is not a telephone number: write sms:+ and the country code first`);
    return `sms:${number}`;
  }
  if (!/^[^\s@,;<>"']+@[^\s@,;<>"']+$/.test(text))
    throw new Wrong(at, `"${text}" is neither an e-mail address nor sms:+NUMBER`);
  return text;
}

function dutyWindow(text: string, at: number): DutyWindow {
  if (text === '' || text === '*') return { text: '*', days: everyDay, from: 0, length: day };
  const found = /^([A-Za-z]+)?(?:\s*-\s*([A-Za-z]+))?\s*(?:(\d[\d:]*)(?:\s*-\s*(\d[\d:]*))?)?$/.exec(text);
  if (found === null || (found[1] === undefined && found[2] !== undefined))
    throw new Wrong(at, `"${text}" is not a window: write it as Sunday 22:00-06:00, Mon-Fri, 06:00-18:00 or *`);
  const [, first, last, begin, end] = found;
  const days = first === undefined ? everyDay : dayRange(text, at, first, last);
  if (begin === undefined) return { text, days, from: 0, length: day };
  const from = minutes(begin, at + text.indexOf(begin));
  if (from === day) throw new Wrong(at + text.indexOf(begin), 'a window cannot begin at 24:00: write 00:00');
  // As Invenio: until the same time of the next day.
  if (end === undefined) return { text, days, from, length: day };
  const until = minutes(end, at + text.lastIndexOf(end));
  if (from === until)
    throw new Wrong(at, `"${text}" begins and ends at the same time: leave the times away for a whole day`);
  return { text, days, from, length: until > from ? until - from : until + day - from };
}

function dayRange(text: string, at: number, first: string, last: string | undefined): readonly number[] {
  const from = weekday(first, at);
  if (last === undefined) return [from];
  const to = weekday(last, at + text.indexOf(last, first.length));
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, i) => (from + i) % 7);
}

function weekday(text: string, at: number): number {
  const found = weekdays.findIndex((one) => text.length >= 3 && one.toLowerCase().startsWith(text.toLowerCase()));
  if (found < 0) throw new Wrong(at, `"${text}" is not a day: write Monday or Mon`);
  return found;
}

function minutes(text: string, at: number): number {
  const [, hours, rest = '0'] = /^(\d{1,2})(?::(\d{2}))?$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(rest);
  if (hours === undefined || Number(rest) > 59 || total > day)
    throw new Wrong(at, `"${text}" is not a time: write it as 22:00`);
  return total;
}
