import sql from 'sql-template-tag';
import { type IndexVersions, newestVersions, sameVersions } from '../site/index-versions.ts';
import { currentSite } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { isHeld } from '../store/lease.ts';
import { readManifest } from './manifest.ts';
import { chooseMerge } from './merging.ts';
import { whyUnknown } from './require-known.ts';
import { type SegmentRow, segmentRows } from './segment-store.ts';

/** What there is to do about the index, in the order in which it is done. */
export type Work =
  /**
   * The site file in force asks for another index; `site` names the file, and what is made of it.
   */
  | { readonly kind: 'rebuild'; readonly site: string }
  /** Some segments were made by a site file that is not in force any more. */
  | { readonly kind: 'reindex'; readonly segments: readonly string[] }
  | { readonly kind: 'fold' }
  /** `isQuiet`: of few segments, since nobody writes. */
  | { readonly kind: 'merge'; readonly isQuiet: boolean }
  /** This release knows newer versions than those in force. */
  | { readonly kind: 'take'; readonly versions: IndexVersions; readonly isEmpty: boolean };

export interface WorkLimits {
  /** More delta rows than this are folded at once. */
  readonly foldAbove: number;
  /** And more bytes of them: every process that searches holds them in memory. */
  readonly foldBytes: number;
  /** Fewer are folded when the oldest is known for so long, in ms. */
  readonly foldAfter: number;
  /** Nobody writes when nothing has changed for so long, in ms. */
  readonly quietAfter: number;
}

/**
 * Since when this process knows the oldest delta, and the manifest, by `performance.now()`: clocks
 * of several machines need not agree.
 */
export interface KnownSince {
  seq: string;
  seqSince: number;
  manifest: number;
  manifestSince: number;
}

export interface Found {
  readonly work: Work | undefined;
  /** Versions that could be taken, if all nodes know them. */
  readonly newer: (Work & { readonly kind: 'take' }) | undefined;
  /** Version of the manifest: another one says that somebody works. */
  readonly manifest: number;
  /** Rows that are not folded yet. */
  readonly deltas: number;
  /** Why this process leaves the index alone. */
  readonly tooOld: string | undefined;
}

/** Above this share of stale records everything is made anew: it is one publication then. */
const mostStale = 0.25;

/** A few short statements. */
export async function findWork(database: Database, limits: WorkLimits, known: KnownSince): Promise<Found> {
  const { number, indexDigest, inForce } = await currentSite(database);
  const [deltas] = await database.query<{
    readonly count: number;
    readonly bytes: number;
    readonly seq: string | null;
  }>(
    sql`SELECT count(*)::integer AS count, coalesce(sum(octet_length(data)), 0)::float8 AS bytes, min(seq)::text AS seq FROM delta`,
  );
  const { count, bytes, seq } = deltas!;
  const now = performance.now();
  if (seq !== null && seq !== known.seq) Object.assign(known, { seq, seqSince: now });
  const { version: manifest, segments: ids, kept } = await readManifest(database);
  if (manifest !== known.manifest) Object.assign(known, { manifest, manifestSince: now });
  const tooOld = whyUnknown(inForce)?.message;
  if (tooOld !== undefined) return { work: undefined, newer: undefined, manifest, deltas: count, tooOld };
  const segments = await segmentRows(database, ids);
  const isQuiet = seq === null && now - known.manifestSince >= limits.quietAfter;
  const work = (): Work | undefined => {
    const stale = segments.filter((segment) => segment.indexDigest !== indexDigest);
    if (recordsOf(stale) > mostStale * recordsOf(segments))
      return { kind: 'rebuild', site: `${number} ${indexDigest}` };
    if (stale.length > 0) return { kind: 'reindex', segments: stale.map(({ id }) => id) };
    const isOld = seq !== null && now - known.seqSince >= limits.foldAfter;
    if (count > limits.foldAbove || bytes > limits.foldBytes || isOld) return { kind: 'fold' };
    if (chooseMerge(segments, false).length > 0) return { kind: 'merge', isQuiet: false };
    return isQuiet && chooseMerge(segments, true).length > 0 ? { kind: 'merge', isQuiet } : undefined;
  };
  const isNewest = kept || sameVersions(inForce, newestVersions);
  const isEmpty = segments.length === 0 && count === 0;
  const newer = isNewest ? undefined : ({ kind: 'take', versions: newestVersions, isEmpty } as const);
  const next = work();
  // A load that waits for its input is about to write.
  const waits = next?.kind === 'merge' && next.isQuiet && (await isHeld(database, 'load'));
  return { work: waits ? undefined : next, newer, manifest, deltas: count, tooOld };
}

function recordsOf(segments: readonly SegmentRow[]): number {
  return segments.reduce((sum, segment) => sum + segment.records, 0);
}
