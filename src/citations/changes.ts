import type { Segment } from '../index/segment.ts';
import type { LiveSegment } from '../index/snapshot.ts';

/** The newest version of a record that a stored graph does not know. */
export interface Change {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly segment: Segment;
  readonly ordinal: number;
}

/** What a stored graph was made of, as far as changes go. */
export interface Known {
  readonly segments: ReadonlySet<string>;
  /** By record number; 0 for no record. */
  readonly revisions: ArrayLike<number>;
}

/**
 * Finds what differs between a stored graph and the segments of a snapshot. Segments that the graph
 * was made of differ in nothing, and every other one is compared once, by revisions: so a merge,
 * which changes segments and no record, changes nothing.
 */
export class ChangeFinder {
  readonly #known: Known;
  readonly #most: number;
  readonly #bySegment = new WeakMap<Segment, readonly number[]>();

  /** More changes than `most` are not looked for. */
  constructor(known: Known, most: number) {
    this.#known = known;
    this.#most = most;
  }

  /** By record number; undefined when there are too many. */
  find(segments: readonly LiveSegment[]): ReadonlyMap<number, Change> | undefined {
    const changes = new Map<number, Change>();
    for (const { segment, live } of segments) {
      const ordinals = this.#ordinals(segment);
      if (ordinals === undefined) return undefined;
      for (const ordinal of ordinals) {
        const id = segment.ids[ordinal]!;
        const revision = segment.revisions[ordinal]!;
        const deleted = segment.deleted.has(ordinal);
        // An older version may be left over; or the graph is newer than this view of the index.
        if (revision < this.#revision(id) && !(deleted ? !isLive(segments, id) : live.has(ordinal))) continue;
        if ((changes.get(id)?.revision ?? 0) >= revision) continue;
        changes.set(id, { id, revision, deleted, segment, ordinal });
      }
      if (changes.size > this.#most) return undefined;
    }
    return changes;
  }

  /** Ordinals of versions that the graph does not know. */
  #ordinals(segment: Segment): readonly number[] | undefined {
    let found = this.#bySegment.get(segment);
    if (found === undefined) {
      found = this.#known.segments.has(segment.id) ? [] : this.#compare(segment);
      this.#bySegment.set(segment, found);
    }
    return found.length > this.#most ? undefined : found;
  }

  #compare({ ids, revisions }: Segment): readonly number[] {
    const found: number[] = [];
    for (let ordinal = 0; ordinal < ids.length && found.length <= this.#most; ordinal++) {
      if (revisions[ordinal] !== this.#revision(ids[ordinal]!)) found.push(ordinal);
    }
    return found;
  }

  #revision(id: number): number {
    return this.#known.revisions[id] ?? 0;
  }
}

function isLive(segments: readonly LiveSegment[], id: number): boolean {
  return segments.some(({ segment, live }) => {
    const ordinal = segment.ordinalOf(id);
    return ordinal !== -1 && live.has(ordinal);
  });
}
