import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { CitationGraph, Direction } from '../index/citation-graph.ts';
import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import type { Work } from '../index/work.ts';
import { type Citing, type Counts, countingCitations, recordsBetweenTurns } from './counts.ts';
import { IdSet } from './id-set.ts';

/**
 * The citation graph as one person sees it: records that the person may not open neither cite nor
 * are cited.
 */
export interface CitationView {
  readonly snapshot: IndexSnapshot;
  /** All records that the person may open. */
  readonly visible: HitSet;
  /**
   * How often each record of each segment is cited, by ordinal. Read-only. Work that others may
   * interrupt, like what follows with many hits.
   */
  counts(citing: Citing): Work<Counts>;
  /** How often one record is cited. */
  count(id: number, citing: Citing): number;
  /** Numbers of the records that cite this one, ascending. */
  citing(id: number, citing?: Citing): readonly number[];
  /** Those that it cites. */
  cited(id: number, citing?: Citing): readonly number[];
  /** The records that cite any of the hits, or are cited by any. */
  citingAny(hits: HitSet, citing: Citing): Work<HitSet>;
  citedByAny(hits: HitSet, citing: Citing): Work<HitSet>;
  /** Records that are cited together with this one -> by how many. */
  citedWith(id: number): ReadonlyMap<number, number>;
  /** Citations of any of the hits by the year of what cites them; year 0: of no known year. */
  perYear(hits: HitSet | readonly number[], citing: Citing): Work<ReadonlyMap<number, number>>;
  /** Numbers of the records that hold any of these keys: high, low, high, low ... */
  holders(keys: readonly number[]): ReadonlySet<number>;
  /** Hits of these record numbers. */
  hitsOf(ids: Iterable<number>): HitSet;
}

/**
 * Views of so many sets of records are kept for a snapshot: one of a million records has 4 MB of
 * counts.
 */
const viewsKept = 4;
const views = new WeakMap<IndexSnapshot, View[]>();

/** Undefined while the snapshot has no graph. `visible` is not changed any more. */
export function citationView(snapshot: IndexSnapshot, visible: HitSet): CitationView | undefined {
  const graph = snapshot.citations;
  if (graph === undefined) return undefined;
  const known = views.get(snapshot) ?? [];
  const view = known.find((one) => same(one.visible, visible)) ?? new View(snapshot, visible, graph);
  views.set(snapshot, [view, ...known.filter((one) => one !== view)].slice(0, viewsKept));
  return view;
}

function same(a: HitSet, b: HitSet): boolean {
  return a.length === b.length && a.every((bits, segment) => bits === b[segment]);
}

const mostLookedUp = 2_000;

class View implements CitationView {
  readonly snapshot: IndexSnapshot;
  readonly visible: HitSet;
  readonly #graph: CitationGraph;
  #ids: IdSet | undefined;
  #lookedUp = 0;
  #years: Uint16Array | undefined;
  readonly #counts = new Map<Citing, Counts>();

  constructor(snapshot: IndexSnapshot, visible: HitSet, graph: CitationGraph) {
    this.snapshot = snapshot;
    this.visible = visible;
    this.#graph = graph;
  }

  *counts(citing: Citing): Work<Counts> {
    let counts = this.#counts.get(citing);
    if (counts === undefined) {
      counts = yield* countingCitations(this.#graph, this.#visibleIds, this.snapshot, citing);
      this.#counts.set(citing, counts);
    }
    return counts;
  }

  count(id: number, citing: Citing): number {
    return this.#row('citing', id, citing).length;
  }

  citing(id: number, citing: Citing = 'all'): readonly number[] {
    return this.#row('citing', id, citing);
  }

  cited(id: number, citing: Citing = 'all'): readonly number[] {
    return this.#row('cited', id, citing);
  }

  citingAny(hits: HitSet, citing: Citing): Work<HitSet> {
    return this.#neighbours('citing', hits, citing);
  }

  citedByAny(hits: HitSet, citing: Citing): Work<HitSet> {
    return this.#neighbours('cited', hits, citing);
  }

  citedWith(id: number): ReadonlyMap<number, number> {
    const together = new Map<number, number>();
    for (const citing of this.citing(id)) {
      for (const cited of this.cited(citing)) together.set(cited, (together.get(cited) ?? 0) + 1);
    }
    together.delete(id);
    return together;
  }

  *perYear(hits: HitSet | readonly number[], citing: Citing): Work<ReadonlyMap<number, number>> {
    const isFew = !isHitSet(hits);
    if (!isFew) this.#years ??= this.#yearsById();
    const years = isFew ? undefined : this.#years;
    const visible = isFew ? { has: (id: number) => this.#sees(id) } : this.#visibleIds;
    const graph = this.#graph;
    yield;
    // A table of all years costs more than the few citations of a record.
    const few = new Map<number, number>();
    const counts = isFew ? undefined : new Uint32Array(0x10000);
    const add = (id: number): void => {
      const length = graph.read('citing', id);
      const { entries } = graph;
      for (let i = 0; i < length; i++) {
        const entry = entries[i]!;
        if (!visible.has(entry >>> 1) || ((entry & 1) === 1 && citing === 'without-self')) continue;
        const year = years === undefined ? this.#yearOf(entry >>> 1) : years[entry >>> 1]!;
        if (counts === undefined) few.set(year, (few.get(year) ?? 0) + 1);
        else counts[year]!++;
      }
    };
    if (isHitSet(hits)) yield* this.#forEach(hits, add);
    else for (const id of hits) if (visible.has(id)) add(id);
    if (counts === undefined) return new Map([...few].sort(([one], [other]) => one - other));
    const found = new Map<number, number>();
    for (let year = 0; year < counts.length; year++) if (counts[year]! > 0) found.set(year, counts[year]!);
    return found;
  }

  holders(keys: readonly number[]): ReadonlySet<number> {
    const found = new Set<number>();
    for (let i = 0; i < keys.length; i += 2)
      for (const id of this.#graph.holders(keys[i]!, keys[i + 1]!)) if (this.#sees(id)) found.add(id);
    return found;
  }

  hitsOf(ids: Iterable<number>): HitSet {
    const wanted = [...ids];
    return this.snapshot.segments.map(({ segment, live }) => {
      const ordinals = wanted
        .map((id) => segment.ordinalOf(id))
        .filter((ordinal) => ordinal !== -1 && live.has(ordinal));
      return new RoaringBitmap32(ordinals);
    });
  }

  /**
   * Looked up in the segments at first: a page asks about a hundred records, and the set of a
   * million takes 15 ms to make.
   */
  #sees(id: number): boolean {
    if (this.#ids !== undefined || ++this.#lookedUp > mostLookedUp) return this.#visibleIds.has(id);
    return this.snapshot.segments.some(({ segment }, place) => {
      const ordinal = segment.ordinalOf(id);
      return ordinal !== -1 && this.visible[place]!.has(ordinal);
    });
  }

  get #visibleIds(): IdSet {
    if (this.#ids === undefined) {
      const ids = new IdSet(this.#largestId);
      for (const _ of this.#forEach(this.visible, (id) => ids.add(id)));
      this.#ids = ids;
    }
    return this.#ids;
  }

  get #largestId(): number {
    const largest = this.snapshot.segments.map(({ segment }) => segment.ids.at(-1) ?? 0);
    return Math.max(this.#graph.largestId, ...largest);
  }

  #row(direction: Direction, id: number, citing: Citing): readonly number[] {
    if (!this.#sees(id)) return [];
    const length = this.#graph.read(direction, id);
    const { entries } = this.#graph;
    const ids: number[] = [];
    for (let i = 0; i < length; i++) {
      const entry = entries[i]!;
      if (((entry & 1) === 0 || citing === 'all') && this.#sees(entry >>> 1)) ids.push(entry >>> 1);
    }
    return ids;
  }

  *#neighbours(direction: Direction, hits: HitSet, citing: Citing): Work<HitSet> {
    const graph = this.#graph;
    const found = new IdSet(this.#largestId);
    const withSelf = citing === 'all';
    yield* this.#forEach(hits, (id) => {
      const length = graph.read(direction, id);
      const { entries } = graph;
      for (let i = 0; i < length; i++) {
        const entry = entries[i]!;
        if (withSelf || (entry & 1) === 0) found.add(entry >>> 1);
      }
    });
    const neighbours: RoaringBitmap32[] = [];
    for (const [place, { segment }] of this.snapshot.segments.entries()) {
      const { ids } = segment;
      const ordinals = this.visible[place]!.toUint32Array();
      let count = 0;
      for (let i = 0; i < ordinals.length; i++) {
        const ordinal = ordinals[i]!;
        if (found.has(ids[ordinal]!)) ordinals[count++] = ordinal;
      }
      neighbours.push(new RoaringBitmap32(ordinals.subarray(0, count)));
      yield;
    }
    return neighbours;
  }

  *#forEach(hits: HitSet, visit: (id: number) => void): Work<void> {
    for (const [place, { segment }] of this.snapshot.segments.entries()) {
      const { ids } = segment;
      const ordinals = hits[place]!.toUint32Array();
      for (let i = 0; i < ordinals.length; i++) {
        visit(ids[ordinals[i]!]!);
        if (i % recordsBetweenTurns === recordsBetweenTurns - 1) yield;
      }
    }
  }

  #yearOf(id: number): number {
    for (const { segment, live } of this.snapshot.segments) {
      const ordinal = segment.ordinalOf(id);
      if (ordinal !== -1 && live.has(ordinal)) return segment.columns.year[ordinal]!;
    }
    return 0;
  }

  #yearsById(): Uint16Array {
    const years = new Uint16Array(this.#largestId + 1);
    for (const { segment, live } of this.snapshot.segments) {
      const { ids } = segment;
      const { year } = segment.columns;
      for (const ordinal of live.toUint32Array()) years[ids[ordinal]!] = year[ordinal]!;
    }
    return years;
  }
}

function isHitSet(hits: HitSet | readonly number[]): hits is HitSet {
  return typeof hits[0] === 'object';
}
