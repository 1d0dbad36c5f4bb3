import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Queryable } from '../store/database.ts';
import { SegmentDamaged } from './segment/errors.ts';
import { openSegmentFile, segmentFileName } from './segment/open.ts';
import type { StoredSegment } from './segment/stored-segment.ts';
import { fetchSegmentFile } from './segment-store.ts';
import type { IndexSnapshot } from './snapshot.ts';

/**
 * A file that no manifest names may belong to a load that has not committed yet; after this long it
 * is left over, in ms.
 */
const leftOver = 10 * 60_000;

interface Held {
  readonly segment: StoredSegment;
  /** Snapshots that have it, and 1 while the manifest names it. */
  users: number;
}

/**
 * The open segment files of this process. The folder is shared with other processes of the node:
 * files appear whole by renaming, never change, and may be unlinked by anybody when the manifest
 * does not name them, since an open file outlives its name.
 */
export class SegmentShelf {
  readonly #database: Queryable;
  readonly #folder: string;
  readonly #held = new Map<string, Held>();
  #live: ReadonlySet<string> = new Set();
  /** What `take` gave last, which `setLive` has not counted yet. */
  #taken: ReadonlySet<string> = new Set();
  // Questions hold a snapshot for as long as they last and say nothing when they are done; the
  // collector knows.
  readonly #gone = new FinalizationRegistry<readonly Held[]>((held) => {
    for (const one of held) this.#release(one);
  });

  constructor(database: Queryable, folder: string) {
    this.#database = database;
    this.#folder = folder;
  }

  /**
   * Opens these segments, in this order; what is not here is fetched. Throws when a stored one is
   * damaged or gone.
   */
  async take(ids: readonly string[]): Promise<readonly StoredSegment[]> {
    this.#taken = new Set(ids);
    const segments: StoredSegment[] = [];
    for (const id of ids) segments.push(this.#held.get(id)?.segment ?? (await this.#open(id)));
    return segments;
  }

  /**
   * From now on the manifest names exactly these; what nobody holds any more is closed and
   * unlinked.
   */
  async setLive(ids: readonly string[]): Promise<void> {
    const before = this.#live;
    this.#live = new Set(ids);
    this.#taken = new Set();
    for (const id of this.#live) if (!before.has(id)) this.#use(id);
    for (const id of before) {
      const held = this.#held.get(id);
      if (!this.#live.has(id) && held !== undefined) this.#release(held);
    }
    await this.#sweep();
  }

  /** Keeps the files of a snapshot open until nobody can ask it any more. */
  guard(snapshot: IndexSnapshot): void {
    const held: Held[] = [];
    for (const { segment } of snapshot.segments) {
      const one = this.#held.get(segment.id);
      if (one === undefined || one.segment !== segment) continue;
      one.users++;
      held.push(one);
    }
    this.#gone.register(snapshot, held);
  }

  /** Forgets a damaged file, so that the next `take` fetches it again. */
  async drop(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    if (this.#live.has(id)) {
      this.#live = new Set([...this.#live].filter((live) => live !== id));
      this.#release(held);
    }
  }

  path(id: string): string {
    return join(this.#folder, segmentFileName(id));
  }

  /** Closes what no snapshot holds. */
  async close(): Promise<void> {
    for (const id of this.#live) {
      const held = this.#held.get(id);
      if (held !== undefined && --held.users === 0) held.segment.close();
    }
    this.#live = new Set();
    this.#held.clear();
  }

  async #open(id: string): Promise<StoredSegment> {
    const segment =
      openIfWhole(this.path(id)) ?? openSegmentFile(await fetchSegmentFile(this.#database, this.#folder, id));
    this.#held.set(id, { segment, users: 0 });
    return segment;
  }

  #use(id: string): void {
    const held = this.#held.get(id);
    if (held !== undefined) held.users++;
  }

  #release(held: Held): void {
    const { segment } = held;
    if (--held.users > 0 || this.#taken.has(segment.id)) return;
    segment.close();
    if (this.#held.get(segment.id) === held) {
      this.#held.delete(segment.id);
      rm(this.path(segment.id), { force: true }).catch(() => undefined);
    }
  }

  /**
   * Unlinks what crashes left, here or in other processes, and what was kept beside segments that
   * are gone.
   */
  async #sweep(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const id = segmentOf(name);
      if (id !== undefined && (this.#live.has(id) || this.#held.has(id))) continue;
      if (id === undefined && !/\.(part|tmp)$/.test(name)) continue;
      const path = join(this.#folder, name);
      const age = await stat(path).then(
        (found) => Date.now() - found.mtimeMs,
        () => 0,
      );
      if (age > leftOver) await rm(path, { force: true });
    }
  }
}

/** The segment whose file this is, or of which it was made: ID.segment, ID.*.words. */
function segmentOf(name: string): string | undefined {
  return /^([^.]+)\.(?:segment|[^.]+\.words)$/.exec(name)?.[1];
}

/** Undefined when there is no such file, or one that is damaged where opening looks. */
function openIfWhole(path: string): StoredSegment | undefined {
  try {
    return openSegmentFile(path);
  } catch (error) {
    if (error instanceof SegmentDamaged) return undefined;
    // One that may not be read was left by somebody else: it is fetched again, as ours.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES'))
      return undefined;
    throw error;
  }
}
