import type { Segment, TermEntry } from '../index/segment.ts';
import type { Work } from '../index/work.ts';
import { byCodePoint } from './evaluate/expand.ts';
import { afterPrefix } from './evaluate/matcher.ts';
import type { KeyColumn } from './orders.ts';

/** Values that begin with this text are taken before others, and stand before them. */
export interface SortWish {
  readonly preference: string;
  readonly ascending: boolean;
}

/** A column and what it holds in memory. */
export interface SizedColumn extends KeyColumn {
  readonly bytes: number;
}

/**
 * Keys are not kept: of so many only the first one, from which the dictionary is read again. The
 * titles of a million records are 100 MB of texts, and a page looks at some dozens of them.
 */
const keysInBlock = 64;
/**
 * Blocks whose keys were read last; merging the hits of segments goes through them one after the
 * other.
 */
const blocksRead = 4;
/**
 * Terms that are read between two places where others may have their turn: a millisecond, more or
 * less.
 */
const termsBetweenTurns = 256;

/** A part of the dictionaries; with a preference its keys begin with a digit. */
interface Run {
  readonly from: string;
  readonly below: string | undefined;
  readonly digit: string;
}

interface Start {
  readonly run: number;
  readonly term: string;
}

/**
 * Sort keys of one segment by the values in some spaces: each record's first value in code point
 * order, or its first preferred one.
 */
export function* readColumn(segment: Segment, spaces: readonly string[], wish: SortWish): Work<SizedColumn> {
  const { runs, highestFirst } = runsOf(wish);
  const ranks = new Uint32Array(segment.count);
  const starts: Start[] = [];
  let places = 0;
  let characters = 0;
  let untilTurn = termsBetweenTurns;
  const ends: number[] = [];
  for (const [run, part] of runs.entries()) {
    let last: string | undefined;
    for (const entry of inOrder(segment, spaces, part, part.from)) {
      if (entry.term !== last) {
        last = entry.term;
        if (places++ % keysInBlock === 0) {
          starts.push({ run, term: last });
          characters += last.length;
        }
      }
      untilTurn -= take(segment, entry, ranks, places);
      if (untilTurn > 0) continue;
      untilTurn = termsBetweenTurns;
      yield;
    }
    ends.push(places);
  }
  // Taken first and standing last: what is preferred has the highest ranks when the highest come
  // first.
  const preferred = highestFirst ? ends[0]! : 0;
  const others = places - preferred;
  if (preferred > 0) {
    for (let at = 0; at < ranks.length; at++) {
      const place = ranks[at]!;
      if (place > 0) ranks[at] = place <= preferred ? place + others : place - preferred;
    }
  }
  const read = new Map<number, readonly string[]>();
  const block = (number: number): readonly string[] => {
    const known = read.get(number);
    if (known !== undefined) return known;
    const [oldest] = read.keys();
    if (read.size >= blocksRead && oldest !== undefined) read.delete(oldest);
    const start = starts[number];
    const keys = start === undefined ? [] : keysFrom(segment, spaces, runs, start);
    read.set(number, keys);
    return keys;
  };
  return {
    ranks,
    key: (rank) => {
      if (rank < 1 || rank > places) return '';
      const place = (preferred === 0 ? rank : rank > others ? rank - others : rank + preferred) - 1;
      return block(Math.floor(place / keysInBlock))[place % keysInBlock] ?? '';
    },
    bytes: ranks.byteLength + 2 * characters + bytesOfStart * starts.length,
  };
}

/** Of an object, its text's head and its place in a list. */
const bytesOfStart = 80;

/** Gives the place to records of a term that have none. How much work that was, in terms. */
function take(segment: Segment, entry: TermEntry, ranks: Uint32Array, place: number): number {
  for (const ordinal of segment.list(entry)) if (ranks[ordinal] === 0) ranks[ordinal] = place;
  return 1 + (entry.records >> 6);
}

/** The runs in the order in which values are taken. */
function runsOf({ preference, ascending }: SortWish): {
  readonly runs: readonly Run[];
  readonly highestFirst: boolean;
} {
  const prefer = preference.toLowerCase();
  if (prefer === '') return { runs: [{ from: '', below: undefined, digit: '' }], highestFirst: false };
  const after = afterPrefix(prefer);
  const [first, second] = ascending ? ['0', '1'] : ['1', '0'];
  return {
    runs: [
      { from: prefer, below: after, digit: first! },
      { from: '', below: prefer, digit: second! },
      ...(after === undefined ? [] : [{ from: after, below: undefined, digit: second! }]),
    ],
    highestFirst: !ascending,
  };
}

/** The keys of a block, from its first one. */
function keysFrom(
  segment: Segment,
  spaces: readonly string[],
  runs: readonly Run[],
  { run, term }: Start,
): readonly string[] {
  const keys: string[] = [];
  for (let at = run; at < runs.length; at++) {
    const part = runs[at]!;
    for (const entry of inOrder(segment, spaces, part, at === run ? term : part.from)) {
      const key = part.digit + entry.term;
      if (keys.at(-1) === key) continue;
      if (keys.length === keysInBlock) return keys;
      keys.push(key);
    }
  }
  return keys;
}

interface Head {
  entry: TermEntry;
  readonly rest: Iterator<TermEntry>;
}

/** The terms of several dictionaries, in code point order. */
function* inOrder(segment: Segment, spaces: readonly string[], { below }: Run, from: string): Generator<TermEntry> {
  const heads: Head[] = [];
  for (const space of spaces) {
    const rest = segment.terms(space, from, below)[Symbol.iterator]();
    const { value } = rest.next();
    if (value !== undefined) heads.push({ entry: value, rest });
  }
  while (heads.length > 0) {
    let best = 0;
    for (let at = 1; at < heads.length; at++)
      if (byCodePoint(heads[at]!.entry.term, heads[best]!.entry.term) < 0) best = at;
    const head = heads[best]!;
    if (head.entry.term !== '') yield head.entry;
    const { value } = head.rest.next();
    if (value === undefined) heads.splice(best, 1);
    else head.entry = value;
  }
}
