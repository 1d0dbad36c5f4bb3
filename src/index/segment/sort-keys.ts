/**
 * The root collation: sensible for every language, and the same on every node. Made when it is
 * first needed: that takes some milliseconds.
 */
let collator: Intl.Collator | undefined;

/**
 * Order of sort keys. Keys that the collation holds equal are told apart by code units, so that the
 * order is total.
 */
export function compareSortKeys(a: string, b: string): number {
  if (a === b) return 0;
  collator ??= new Intl.Collator('und');
  return collator.compare(a, b) || (a < b ? -1 : 1);
}
