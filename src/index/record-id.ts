/** Record numbers begin at 1 and are PostgreSQL's integer. */
export const largestRecordId = 2 ** 31 - 1;

/** The number that a text is; undefined: no record can have it. */
export function recordIdIn(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= largestRecordId ? id : undefined;
}
