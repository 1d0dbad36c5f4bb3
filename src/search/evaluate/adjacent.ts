import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Postings, Segment, TermEntry } from '../../index/segment.ts';
import type { Matcher } from './matcher.ts';

/**
 * Records of a segment in which the slots stand at consecutive positions of a word space. A slot is a term, or a matcher whose terms are
 * given by `expand`. Candidates come from the bitmaps; only their positions are compared.
 */
export function adjacent(
  segment: Segment,
  space: string,
  slots: readonly (string | Matcher)[],
  expand: (matcher: Matcher) => readonly TermEntry[],
): RoaringBitmap32 {
  const entries: (readonly TermEntry[])[] = [];
  for (const slot of slots) {
    const found = typeof slot === 'string' ? oneEntry(segment, space, slot) : expand(slot);
    if (found.length === 0) return new RoaringBitmap32();
    entries.push(found);
  }
  const candidates = candidatesOf(segment, entries);
  if (candidates.isEmpty) return candidates;
  const readers = entries.map((slot) => slot.map((entry) => createReader(segment.postings(entry))));
  return standing(candidates.toUint32Array(), readers);
}

function oneEntry(segment: Segment, space: string, term: string): readonly TermEntry[] {
  const entry = segment.term(space, term);
  return entry === undefined ? [] : [entry];
}

function candidatesOf(segment: Segment, slots: readonly (readonly TermEntry[])[]): RoaringBitmap32 {
  const bitmaps = slots.map((slot) => unionOf(segment, slot)).sort((a, b) => a.size - b.size);
  const [first, second] = bitmaps;
  if (first === undefined || second === undefined) return new RoaringBitmap32(first ?? []);
  const candidates = RoaringBitmap32.and(first, second);
  for (const bitmap of bitmaps.slice(2)) candidates.andInPlace(bitmap);
  return candidates;
}

export function unionOf(segment: Segment, entries: readonly TermEntry[]): RoaringBitmap32 {
  const [first] = entries;
  if (first !== undefined && entries.length === 1) return segment.ordinals(first);
  return RoaringBitmap32.orMany(entries.map((entry) => segment.ordinals(entry)));
}

/** Reads a posting list forward. */
interface Reader {
  readonly postings: Postings;
  at: number;
}

function createReader(postings: Postings): Reader {
  return { postings, at: 0 };
}

function standing(candidates: Uint32Array, slots: readonly (readonly Reader[])[]): RoaringBitmap32 {
  const found = new Uint32Array(candidates.length);
  let count = 0;
  const simple = slots.every((slot) => slot.length === 1);
  for (let i = 0; i < candidates.length; i++) {
    const ordinal = candidates[i] as number;
    for (const slot of slots) for (const reader of slot) advance(reader, ordinal);
    if (simple ? inRow(slots, ordinal) : anyInRow(slots, ordinal)) found[count++] = ordinal;
  }
  return new RoaringBitmap32(found.subarray(0, count));
}

/** Moves to the first posting at or after `ordinal`, galloping: lists may be a thousand times longer than the candidates. */
function advance(reader: Reader, ordinal: number): void {
  const { ordinals } = reader.postings;
  let low = reader.at;
  if (low >= ordinals.length || (ordinals[low] as number) >= ordinal) return;
  let step = 1;
  while (low + step < ordinals.length && (ordinals[low + step] as number) < ordinal) {
    low += step;
    step <<= 1;
  }
  let high = Math.min(low + step, ordinals.length);
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((ordinals[middle] as number) < ordinal) low = middle;
    else high = middle;
  }
  reader.at = high;
}

/** Every slot is one term which the record has. */
function inRow(slots: readonly (readonly Reader[])[], ordinal: number): boolean {
  const first = (slots[0] as readonly Reader[])[0] as Reader;
  const { positions, starts } = first.postings;
  const end = starts[first.at + 1] as number;
  for (let at = starts[first.at] as number; at < end; at++) {
    const position = positions[at] as number;
    let slot = 1;
    while (slot < slots.length && has((slots[slot] as readonly Reader[])[0] as Reader, ordinal, position + slot))
      slot++;
    if (slot === slots.length) return true;
  }
  return false;
}

function anyInRow(slots: readonly (readonly Reader[])[], ordinal: number): boolean {
  for (const { postings, at: place } of slots[0] as readonly Reader[]) {
    if (postings.ordinals[place] !== ordinal) continue;
    const end = postings.starts[place + 1] as number;
    for (let at = postings.starts[place] as number; at < end; at++) {
      const position = postings.positions[at] as number;
      const rest = slots.slice(1);
      if (rest.every((slot, index) => slot.some((reader) => has(reader, ordinal, position + index + 1)))) return true;
    }
  }
  return false;
}

function has(reader: Reader, ordinal: number, position: number): boolean {
  const { ordinals, positions, starts } = reader.postings;
  if (ordinals[reader.at] !== ordinal) return false;
  const end = starts[reader.at + 1] as number;
  for (let at = starts[reader.at] as number; at < end; at++) {
    const here = positions[at] as number;
    if (here >= position) return here === position;
  }
  return false;
}
