/**
 * A range of the guidelines for Nagios plug-ins ("Threshold and ranges"): `[@]start:end`. A value
 * outside of it alerts; with @ a value inside, the ends included. "10" is 0 to 10, "10:" is 10 to
 * infinity, "~:10" is minus infinity to 10.
 */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly inside: boolean;
}

const number = String.raw`-?(?:\d+\.?\d*|\.\d+)`;
const form = new RegExp(`^(@?)(?:(~|${number})?(:))?(${number})?$`);

/** Undefined: it is no range. */
export function parseRange(text: string): Range | undefined {
  const [all, at, from, colon, to] = form.exec(text) ?? [];
  if (all === undefined || (colon === undefined && to === undefined) || (from === undefined && to === undefined))
    return undefined;
  const start = from === '~' ? Number.NEGATIVE_INFINITY : Number(from ?? 0);
  const end = to === undefined ? Number.POSITIVE_INFINITY : Number(to);
  return start > end ? undefined : { start, end, inside: at === '@' };
}

/** Does the value alert? */
export function alerts({ start, end, inside }: Range, value: number): boolean {
  return (value >= start && value <= end) === inside;
}
