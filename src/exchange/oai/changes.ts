/**
 * What the stamper finds out: which records are otherwise than harvesters were told. Pure; bitmaps
 * of ordinals and of record numbers only.
 */
import { RoaringBitmap32 } from '../../index/bitmap.ts';

/** What of a segment harvesters may know. */
export interface SegmentMembers {
  readonly id: string;
  /** By ordinal. */
  readonly ids: Uint32Array;
  readonly revisions: Uint32Array;
  /** Ordinals: of all that is open first, then of each set, in the order of the sets. */
  readonly members: readonly RoaringBitmap32[];
}

/** What harvesters were told: entries, by record number. */
export interface Told {
  /** By record number; 0: nothing of it. */
  revisions: Uint32Array;
  /** By the id of the set, 0 for all: records that are in it, and those that have ever been. */
  readonly sets: Map<number, ToldSet>;
}

export interface ToldSet {
  readonly live: RoaringBitmap32;
  readonly ever: RoaringBitmap32;
}

/** A record of which there is news. */
export interface Change {
  readonly id: number;
  readonly revision: number;
  /** It may not be opened any more, or is deleted. */
  readonly gone: boolean;
  /** Ids of sets that it is in now; of one that is gone, those that it was in. */
  readonly sets: readonly number[];
  /** Ids of sets that it has left. */
  readonly left: readonly number[];
}

export function nothingTold(): Told {
  return { revisions: new Uint32Array(1024), sets: new Map() };
}

export function toldSet(told: Told, set: number): ToldSet {
  let found = told.sets.get(set);
  if (found === undefined) {
    found = { live: new RoaringBitmap32(), ever: new RoaringBitmap32() };
    told.sets.set(set, found);
  }
  return found;
}

/** Writes down that harvesters were told. */
export function noteTold(told: Told, { id, revision, gone, sets, left }: Change): void {
  if (id >= told.revisions.length) {
    const larger = new Uint32Array(Math.max(id + 1, told.revisions.length * 2));
    larger.set(told.revisions);
    told.revisions = larger;
  }
  told.revisions[id] = revision;
  const whole = toldSet(told, 0);
  whole.ever.add(id);
  if (gone) whole.live.delete(id);
  else whole.live.add(id);
  for (const set of left) toldSet(told, set).live.delete(id);
  if (gone) return;
  for (const set of sets) {
    const { live, ever } = toldSet(told, set);
    live.add(id);
    ever.add(id);
  }
}

/**
 * Where records are that may have news: ordinals of a segment. Bitmaps, since after a start they
 * are all that there are.
 */
interface Candidates {
  readonly open: readonly { readonly segment: SegmentMembers; readonly ordinals: RoaringBitmap32 }[];
  /** Numbers of records that were open, and are in no segment that changed. */
  readonly lost: RoaringBitmap32;
}

/**
 * Records to be looked at: those of which a segment says something else than at the last pass.
 * `before`: the segments of that pass by id; none: all records are looked at.
 */
function candidates(before: ReadonlyMap<string, SegmentMembers>, now: readonly SegmentMembers[]): Candidates {
  const open: { segment: SegmentMembers; ordinals: RoaringBitmap32 }[] = [];
  const lost = new RoaringBitmap32();
  const found = new RoaringBitmap32();
  for (const segment of now) {
    const { id, ids, members } = segment;
    const known = before.get(id)?.members;
    const differing = RoaringBitmap32.orMany(
      members.map((bits, set) => (known === undefined ? bits : RoaringBitmap32.xor(bits, known[set]!))),
    );
    const ordinals = RoaringBitmap32.and(differing, members[0]!);
    if (ordinals.size > 0) open.push({ segment, ordinals });
    for (const ordinal of ordinals) found.add(ids[ordinal]!);
    for (const ordinal of RoaringBitmap32.andNot(differing, members[0]!)) lost.add(ids[ordinal]!);
  }
  const there = new Set(now.map(({ id }) => id));
  for (const { id, ids, members } of before.values())
    if (!there.has(id)) for (const ordinal of members[0]!) lost.add(ids[ordinal]!);
  lost.andNotInPlace(found);
  return { open, lost };
}

/**
 * The news, up to so many at a time. `setIds`: ids of the sets in `members`, without that of all. A
 * set that harvesters were told of and that is not among them has no records any more.
 * `told` is to be kept up to date by the caller between parts.
 */
export function* changesSince(
  before: ReadonlyMap<string, SegmentMembers>,
  now: readonly SegmentMembers[],
  setIds: readonly number[],
  told: Told,
  atOnce: number,
): Generator<readonly Change[], void> {
  const whole = toldSet(told, 0);
  const all = before.size === 0;
  const { open, lost } = candidates(before, now);
  let part: Change[] = [];
  // What nobody can see any more is told first: it is the most urgent.
  const absent = all ? RoaringBitmap32.andNot(whole.live, openIn(now)) : RoaringBitmap32.and(lost, whole.live);
  for (const id of absent) {
    const sets = setsOf(told, id);
    part.push({ id, revision: told.revisions[id]!, gone: true, sets, left: sets });
    if (part.length === atOnce) {
      yield part;
      part = [];
    }
  }
  for (const { segment, ordinals } of open) {
    const { ids, revisions, members } = segment;
    for (const ordinal of ordinals) {
      const id = ids[ordinal]!;
      const sets = setIds.filter((_, index) => members[index + 1]!.has(ordinal));
      const was = setsOf(told, id);
      const isSame = whole.live.has(id) && told.revisions[id] === revisions[ordinal] && sets.length === was.length;
      if (isSame && sets.every((set) => was.includes(set))) continue;
      const left = was.filter((set) => !sets.includes(set));
      part.push({ id, revision: revisions[ordinal]!, gone: false, sets, left });
      if (part.length === atOnce) {
        yield part;
        part = [];
      }
    }
  }
  if (part.length > 0) yield part;
}

/** Sets that harvesters believe a record to be in, beside that of all. */
function setsOf({ sets }: Told, id: number): readonly number[] {
  const found: number[] = [];
  for (const [set, { live }] of sets) if (set !== 0 && live.has(id)) found.push(set);
  return found;
}

function openIn(now: readonly SegmentMembers[]): RoaringBitmap32 {
  return RoaringBitmap32.orMany(
    now.map(({ ids, members }) => {
      const open = members[0]!;
      if (open.size === ids.length) return new RoaringBitmap32(ids);
      const records = new RoaringBitmap32();
      for (const ordinal of open) records.add(ids[ordinal]!);
      return records;
    }),
  );
}
