import { type SortKey, sortKeyOf } from '../../profile/functions.ts';

/** What ?profile= may say beside the keys of the table. */
const others = ['flame', 'sql', 'heap', 'memory', 'search'];

/** By what the table of functions is sorted; undefined: none was asked for. */
export function tableKeyOf(kinds: readonly string[]): SortKey | undefined {
  const named = kinds.find((kind) => !others.includes(kind));
  return named === undefined ? undefined : sortKeyOf(named);
}
