import type { Retention } from '../../config/texts.ts';
import { type Content, contentPath } from '../../files/content.ts';
import { inTurns, readContentsList } from './contents.ts';
import { segmentsOf } from './kept-index.ts';
import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';

/** Of a set, what decides whether it stays. */
export type Aged = Pick<Manifest, 'set' | 'kind' | 'taken'>;

/** So many bases are kept: between two of them every point in time can be restored. */
const basesKept = 2;

/** Younger ones stay: somebody has just made them, and knows why. Milliseconds. */
const young = 86_400_000;

/**
 * The sets that are no longer kept: all but the newest of each of so many days, weeks and months
 * that have one, and those of the last 24 hours. The newest of each kind stays whatever the rule
 * says. Days are those of UTC, weeks begin on Monday.
 */
export function outdated(sets: readonly Aged[], retention: Retention, now: number): readonly string[] {
  const newestFirst = [...sets].sort((a, b) => (a.taken < b.taken ? 1 : -1));
  const dumps = newestFirst.filter(({ kind }) => kind === 'dump');
  const kept = new Set<string>(dumps.slice(0, 1).map(({ set }) => set));
  for (const { set } of newestFirst.filter(({ kind }) => kind === 'base').slice(0, basesKept)) kept.add(set);
  for (const { set, taken } of dumps) if (now - Date.parse(taken) < young) kept.add(set);
  const keep = (most: number, period: (taken: Date) => string): void => {
    const seen = new Set<string>();
    for (const { set, taken } of dumps) {
      const name = period(new Date(taken));
      if (seen.has(name)) continue;
      if (seen.size >= most) return;
      seen.add(name);
      kept.add(set);
    }
  };
  keep(retention.daily, (taken) => taken.toISOString().slice(0, 10));
  keep(retention.weekly, weekOf);
  keep(retention.monthly, (taken) => taken.toISOString().slice(0, 7));
  return newestFirst.map(({ set }) => set).filter((set) => !kept.has(set));
}

/** Monday of its week. */
function weekOf(taken: Date): string {
  const monday = new Date(taken);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

export interface Pruned {
  readonly sets: readonly string[];
  /** Documents that no set names any more. */
  readonly contents: number;
  readonly bytes: number;
  /** Why nothing outdated was removed. A sentence. */
  readonly problem?: string;
}

/**
 * Removes these sets, and documents that none of the others names. What came after `since` stays:
 * continuous archiving copies documents before a set names them. Nothing is removed while a set
 * that stays cannot be read. Throws `damaged`.
 */
export async function prune(
  place: Place,
  all: readonly Manifest[],
  remove: readonly string[],
  since: Date,
): Promise<Pruned> {
  const named = new Set<string>();
  for (const manifest of all.filter(({ set }) => !remove.includes(set)))
    for (const { digest } of [...(await readContentsList(place, manifest)), ...(await segmentsOf(place, manifest))])
      named.add(digest);
  for (const set of remove) await place.discard(set);
  const gone: Content[] = [];
  for await (const { path, bytes, written } of place.walk('content')) {
    const digest = path.slice(path.lastIndexOf('/') + 1);
    if (!named.has(digest) && written < since) gone.push({ digest, bytes });
  }
  await inTurns(gone, ({ digest }) => place.remove(`content/${contentPath(digest)}`));
  return { sets: remove, contents: gone.length, bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) };
}
