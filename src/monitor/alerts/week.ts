import { type Duty, weekdays } from '../../config/emergency.ts';
import { weekOf } from './recipients.ts';

/** A part of a day in which the same people are on duty; minutes after midnight. */
export interface Shift {
  readonly weekday: number;
  readonly from: number;
  readonly to: number;
  /** Addresses; empty: nobody. */
  readonly people: string;
}

export function shiftsOf(duties: readonly Duty[]): readonly Shift[] {
  return weekOf(duties).flatMap((minutes, weekday) => {
    const shifts: Shift[] = [];
    let from = 0;
    for (let at = 1; at <= minutes.length; at++) {
      if (minutes[at] === minutes[from]) continue;
      shifts.push({ weekday, from, to: at, people: minutes[from]! });
      from = at;
    }
    return shifts;
  });
}

const halfHours = 48;
const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The week as a picture: a line for each day, a sign for each half hour; "." is nobody. */
export function weekLines(duties: readonly Duty[]): readonly string[] {
  const shifts = shiftsOf(duties);
  const sets = [...new Set(shifts.map(({ people }) => people))].filter((people) => people !== '');
  const sign = (people: string): string => (people === '' ? '.' : (signs[sets.indexOf(people)] ?? '+'));
  const ruler = Array.from({ length: 8 }, (_, i) =>
    String(3 * i)
      .padStart(2, '0')
      .padEnd(6),
  ).join('');
  return [
    `           ${ruler}`.trimEnd(),
    ...weekdays.map((name, weekday) => {
      const cells = Array.from({ length: halfHours }, (_, i) => {
        const within = shifts.filter((one) => one.weekday === weekday && one.from < 30 * (i + 1) && one.to > 30 * i);
        // A half hour of which a part is nobody's is shown as nobody's.
        return sign(within.some(({ people }) => people === '') ? '' : (within[0]?.people ?? ''));
      });
      return `${name.padEnd(11)}${cells.join('')}`;
    }),
    ...sets.map((people, i) => `${signs[i] ?? '+'} = ${people}`),
    ...gapsOf(duties).map((gap) => `Nobody: ${gap}`),
  ];
}

/** When nobody is on duty: "Monday 00:00-06:00". */
export function gapsOf(duties: readonly Duty[]): readonly string[] {
  return shiftsOf(duties)
    .filter(({ people }) => people === '')
    .map(({ weekday, from, to }) => `${weekdays[weekday]} ${clock(from)}-${clock(to)}`);
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
