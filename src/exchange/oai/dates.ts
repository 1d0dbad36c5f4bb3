/** Dates of OAI-PMH 2.0, section 3.3: UTC, by the second. Here they are seconds since 1970. */

/** As "2026-11-30T06:40:00Z". */
export function stampText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export interface Bounds {
  /** The first and the last second. */
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** The bounds of a list, or what is wrong with them as a sentence. */
export function readBounds(from: string | undefined, until: string | undefined): Bounds | string {
  const first = from === undefined ? undefined : readStamp(from);
  const last = until === undefined ? undefined : readStamp(until);
  if (from !== undefined && first === undefined) return wrong('from', from);
  if (until !== undefined && last === undefined) return wrong('until', until);
  if (first !== undefined && last !== undefined && first.isDay !== last.isDay)
    return 'from and until have different granularities.';
  const bounds = { from: first?.seconds, until: last && last.seconds + (last.isDay ? 86_399 : 0) };
  if (bounds.from !== undefined && bounds.until !== undefined && bounds.from > bounds.until)
    return 'from is later than until.';
  return bounds;
}

function wrong(name: string, text: string): string {
  return `${name} is "${text.slice(0, 40)}", which is no date: write 2026-11-30 or 2026-11-30T06:40:00Z.`;
}

function readStamp(text: string): { readonly seconds: number; readonly isDay: boolean } | undefined {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const whole = isDay ? `${text}T00:00:00Z` : text;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(whole)) return undefined;
  const seconds = Date.parse(whole) / 1000;
  // A day that there is not, as 30 February, is read as one of the next month.
  return Number.isNaN(seconds) || stampText(seconds) !== whole ? undefined : { seconds, isDay };
}
