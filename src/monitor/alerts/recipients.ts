import { type Duty, type DutyWindow, parseEmergency } from '../../config/emergency.ts';

/** Somebody to be told, and how. */
export interface Recipient {
  /** E-mail address, or `sms:+NUMBER`. */
  readonly address: string;
  /** By the gateway for text messages, to this number. */
  readonly number: string | undefined;
  /** By e-mail, but read on a telephone, as Invenio has it: with few words. */
  readonly isShort: boolean;
  /** The window by which they are told now, as it was written. */
  readonly window: string;
}

/** Where on the clock of the wall a moment is: 0 is Monday, minutes are counted from midnight. */
export interface WallTime {
  readonly weekday: number;
  readonly minute: number;
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const clocks = new Map<string | undefined, Intl.DateTimeFormat>();

/** `at`: milliseconds since 1970. */
export function wallTime(at: number, timeZone: string | undefined): WallTime {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    clock = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone });
    clocks.set(timeZone, clock);
  }
  const found = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    weekday: dayNames.indexOf(found.get('weekday') ?? ''),
    minute: Number(found.get('hour')) * 60 + Number(found.get('minute')),
  };
}

const day = 24 * 60;

/** Is a window open? It belongs to the day on which it begins. */
export function isOpen({ days, from, length }: DutyWindow, { weekday, minute }: WallTime): boolean {
  const today = minute - from;
  const sinceYesterday = today + day;
  return (
    (today >= 0 && today < length && days.includes(weekday)) ||
    (sinceYesterday < length && days.includes((weekday + 6) % 7))
  );
}

/** Who is on duty at this time of the wall, each once, in the order of the setting. */
export function recipientsAt(duties: readonly Duty[], at: WallTime): readonly Recipient[] {
  const found = new Map<string, Recipient>();
  for (const { window, recipients } of duties) {
    if (!isOpen(window, at)) continue;
    for (const address of recipients)
      if (!found.has(address.toLowerCase())) found.set(address.toLowerCase(), recipientOf(address, window.text));
  }
  return [...found.values()];
}

/** Everybody who is ever on duty. */
export function everybody(duties: readonly Duty[]): readonly Recipient[] {
  const all = duties.flatMap(({ window, recipients }) => recipients.map((one) => recipientOf(one, window.text)));
  return withoutTwins(all);
}

export function withoutTwins(all: readonly Recipient[]): readonly Recipient[] {
  const found = new Map<string, Recipient>();
  for (const one of all) {
    const key = one.address.toLowerCase();
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

export function recipientOf(address: string, window: string): Recipient {
  const number = address.startsWith('sms:') ? address.slice(4) : undefined;
  return { address, number, isShort: number !== undefined || /sms/i.test(address), window };
}

/** The setting `emergency`, which was checked when it was read. */
export function dutiesOf(emergency: string | undefined): readonly Duty[] {
  return emergency === undefined ? [] : parseEmergency(emergency).duties;
}

/**
 * By weekday and minute: who is on duty, as a text that is equal for equal people; '' is nobody.
 */
export function weekOf(duties: readonly Duty[]): readonly (readonly string[])[] {
  return Array.from({ length: 7 }, (_, weekday) =>
    Array.from({ length: day }, (_, minute) =>
      recipientsAt(duties, { weekday, minute })
        .map(({ address }) => address)
        .join(', '),
    ),
  );
}
