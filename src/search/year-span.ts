/** Years that a facet of years is limited to, both included; undefined is an open end. */
export interface YearSpan {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * "1999" or "1999->2003" with either end open. Undefined: it is neither, and means no year at all.
 */
export function parseYearSpan(text: string): YearSpan | undefined {
  const match = /^(\d*)(->)?(\d*)$/.exec(text);
  if (match === null || text === '' || text === '->') return undefined;
  const [from, to] = [match[1], match[3]].map((year) => (year ? Number(year) : undefined));
  return match[2] === undefined ? { from, to: from } : { from, to };
}

/** The same, written. */
export function yearSpanText({ from, to }: YearSpan): string {
  return from !== undefined && from === to ? String(from) : `${from ?? ''}->${to ?? ''}`;
}
