/**
 * A number as English writes it: "1,234,567", with three decimals at most. Not by Intl, whose data
 * takes a command 13 ms to load.
 */
export function grouped(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  // A thousand times a large integer is not exact.
  const rounded = Number.isInteger(value) ? value : Math.round(value * 1000) / 1000;
  const [whole = '', decimals] = String(rounded).split('.');
  if (whole.includes('e')) return whole;
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? marked : `${marked}.${decimals}`;
}

/** "1 was", "2,000 were". */
export function countVerb(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
