/** Dates as servers of OAI-PMH write them: of a day, or UTC with seconds. */

const overlap = 120_000;
const day = 86_400_000;

/**
 * From when the list behind one begins: when that began by the server's clock, and a little before;
 * of a server with days the whole day. Without a clock of the server a day before ours.
 */
export function nextFrom(responseDate: string | undefined, seconds: boolean, now: number): string {
  const said = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(responseDate ?? '') ? Date.parse(responseDate!) : Number.NaN;
  return dateText(Number.isNaN(said) ? now - day : said - overlap, seconds);
}

function dateText(at: number, seconds: boolean): string {
  const text = new Date(at).toISOString();
  return seconds ? `${text.slice(0, 19)}Z` : text.slice(0, 10);
}

/** A date that a person gave: 2026-01-31, or with a time, UTC. Undefined: it is none. */
export function readDate(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10)) ? undefined : text;
}

/** As this server takes it. */
export function dateFor(text: string | undefined, side: 'from' | 'until', seconds: boolean): string | undefined {
  if (text === undefined) return undefined;
  if (!seconds) return text.slice(0, 10);
  if (text.length > 10) return text;
  return `${text}T${side === 'from' ? '00:00:00' : '23:59:59'}Z`;
}

/** The later one; what is no date does not count. */
export function later(one: string | undefined, other: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d/.test(other)) return one;
  return one === undefined || other > one ? other : one;
}
