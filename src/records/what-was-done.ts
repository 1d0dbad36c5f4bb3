import { grouped } from '../errors/grouped.ts';
import { isPartial, type WriteMode } from './modes.ts';

/** Of records, by what became of them; `replaced` counts all versions that a mode made. */
export type DoneCounts = Readonly<Partial<Record<DoneName, number>>>;
type DoneName = 'inserted' | 'replaced' | 'merged' | 'unchanged' | 'deleted' | 'held' | 'refused';

/** What is said for `replaced` where only a part of each record came. */
export const changedWays = { correct: 'corrected', append: 'appended', delete: 'fieldsDeleted' } as const;
export type ChangedWay = (typeof changedWays)[keyof typeof changedWays];

export function changedWay(mode: WriteMode): ChangedWay | 'replaced' {
  return mode in changedWays ? changedWays[mode as keyof typeof changedWays] : 'replaced';
}

/**
 * For programs: the same counts, and how many were corrected, appended to, or lost fields.
 * `replaced` stays, for those that know nothing else.
 */
export function withChangedWay<T extends { readonly replaced?: number }>(
  mode: WriteMode,
  counts: T,
): T & Readonly<Partial<Record<ChangedWay, number>>> {
  const way = changedWay(mode);
  return way === 'replaced' || counts.replaced === undefined ? counts : { ...counts, [way]: counts.replaced };
}

const changedWords: Readonly<Record<ChangedWay | 'replaced', readonly [did: string, would: string]>> = {
  replaced: ['replaced', 'would be replaced'],
  corrected: ['corrected', 'would be corrected'],
  appended: ['appended to', 'would be appended to'],
  // "Deleted" would say that the records are gone.
  fieldsDeleted: ['with fields deleted', 'would have fields deleted'],
};

/**
 * "2 inserted, 1 replaced, 0 refused": what a mode is for is said also where it is nothing, the
 * rest where there is some. `dryRun`: "would be inserted". `leads`: says how to see what waits.
 */
export function doneText(
  mode: WriteMode,
  counts: DoneCounts,
  {
    dryRun = false,
    more = [],
    leads = false,
  }: { readonly dryRun?: boolean; readonly more?: readonly string[]; readonly leads?: boolean } = {},
): string {
  const usual: readonly DoneName[] =
    mode === 'hold' ? ['held'] : isPartial(mode) ? ['replaced'] : ['inserted', 'replaced'];
  const names = ['inserted', 'replaced', 'merged', 'unchanged', 'held', 'deleted'] as const;
  const shown = names.filter((name) => usual.includes(name) || (counts[name] ?? 0) > 0);
  const would = dryRun ? 'would be ' : '';
  const word = (name: DoneName): string =>
    name === 'replaced'
      ? changedWords[changedWay(mode)][dryRun ? 1 : 0]
      : name === 'unchanged'
        ? name
        : `${would}${name}${leads && name === 'held' && (counts.held ?? 0) > 0 ? ' (reperio held list)' : ''}`;
  const parts = shown.map((name) => `${grouped(counts[name] ?? 0)} ${word(name)}`);
  return [...parts, ...more, `${grouped(counts.refused ?? 0)} ${would}refused`].join(', ');
}
