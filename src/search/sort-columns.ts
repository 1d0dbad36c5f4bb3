import type { Segment } from '../index/segment.ts';
import { type Context, spacesAt } from './evaluate/context.ts';
import { byCodePoint } from './evaluate/expand.ts';
import type { Place } from './evaluate/plan.ts';
import type { KeyColumn } from './orders.ts';

/** Values that begin with this text are taken before others, and stand before them. */
export interface SortWish {
  readonly preference: string;
  readonly ascending: boolean;
}

/**
 * Sort keys for what the site declares no order for: any fields or MARC paths. They are read from the dictionaries of their values (each record's
 * first value in code point order), once per segment, and a few are kept. Keys of several places are compared with `compareJoinedKeys`.
 */
export function valueColumn(context: Context, places: readonly Place[], segment: Segment, wish: SortWish): KeyColumn {
  const known = columnsBySegment.get(segment) ?? new Map<string, KeyColumn>();
  columnsBySegment.set(segment, known);
  const spaces = places.map((place) => spacesAt(context, segment, place));
  const flag = wish.preference === '' ? '' : String(wish.ascending);
  const name = [...spaces.map((each) => each.join(' ')), wish.preference, flag].join('\u0000');
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= maximumKnownColumns) known.clear();
  const columns = spaces.map((each) => readColumn(segment, each, wish));
  const [first] = columns;
  const column = first !== undefined && columns.length === 1 ? first : joinColumns(segment.count, columns);
  known.set(name, column);
  return column;
}

const columnsBySegment = new WeakMap<Segment, Map<string, KeyColumn>>();
/** 4 MB each for a million records. */
const maximumKnownColumns = 8;

interface Key {
  readonly key: string;
  readonly ordinals: Iterable<number>;
}

function readColumn(segment: Segment, spaces: readonly string[], wish: SortWish): KeyColumn {
  const ranks = new Uint32Array(segment.count);
  const keys = [''];
  for (const { key, ordinals } of keysOf(segment, spaces, wish)) {
    if (keys.at(-1) !== key) keys.push(key);
    const rank = keys.length - 1;
    for (const ordinal of ordinals) if (ranks[ordinal] === 0) ranks[ordinal] = rank;
  }
  return { ranks, key: (rank) => keys[rank] ?? '' };
}

function keysOf(segment: Segment, spaces: readonly string[], wish: SortWish): readonly Key[] {
  const prefer = wish.preference.toLowerCase();
  // With a preference the key begins with a digit that puts what is preferred in front, in either direction.
  const digit = (term: string) => (prefer === '' ? '' : term.startsWith(prefer) === wish.ascending ? '0' : '1');
  const keys: Key[] = [];
  for (const space of spaces) {
    for (const entry of segment.terms(space, '')) {
      if (entry.term !== '') keys.push({ key: digit(entry.term) + entry.term, ordinals: segment.ordinals(entry) });
    }
  }
  if (spaces.length > 1 || prefer !== '') keys.sort((a, b) => byCodePoint(a.key, b.key));
  if (prefer !== '' && !wish.ascending) return preferredFirst(keys);
  return keys;
}

/** Descending, what is preferred has the higher keys, but must still be taken before the record's other values: ranks are given by first come. */
function preferredFirst(keys: readonly Key[]): readonly Key[] {
  const taken = new Set<number>();
  const preferred = keys.filter(({ key }) => key.startsWith('1'));
  for (const { ordinals } of preferred) for (const ordinal of ordinals) taken.add(ordinal);
  const others = keys.filter(({ key }) => key.startsWith('0'));
  return [
    ...others.map(({ key, ordinals }) => ({ key, ordinals: [...ordinals].filter((ordinal) => !taken.has(ordinal)) })),
    ...preferred,
  ];
}

function joinColumns(size: number, columns: readonly KeyColumn[]): KeyColumn {
  const tuple = (ordinal: number) => columns.map(({ ranks }) => ranks[ordinal] as number);
  const compare = (a: readonly number[], b: readonly number[]) => {
    const index = a.findIndex((rank, at) => rank !== b[at]);
    return index === -1 ? 0 : (a[index] as number) - (b[index] as number);
  };
  const tuples = Array.from({ length: size }, (_, ordinal) => tuple(ordinal));
  const filled = [...tuples.keys()].filter((ordinal) => tuples[ordinal]?.some((rank) => rank > 0));
  filled.sort((a, b) => compare(tuples[a] as number[], tuples[b] as number[]));
  const ranks = new Uint32Array(size);
  const keys = [''];
  let last: readonly number[] | undefined;
  for (const ordinal of filled) {
    const here = tuples[ordinal] as readonly number[];
    if (last === undefined || compare(last, here) !== 0) {
      keys.push(here.map((rank, index) => columns[index]?.key(rank) ?? '').join(keySeparator));
      last = here;
    }
    ranks[ordinal] = keys.length - 1;
  }
  return { ranks, key: (rank) => keys[rank] ?? '' };
}

const keySeparator = '\u0000';

/** Order of keys of several columns: by the first that differs, a missing one in front. */
export function compareJoinedKeys(a: string, b: string): number {
  const others = b.split(keySeparator);
  for (const [index, left] of a.split(keySeparator).entries()) {
    const right = others[index] ?? '';
    if (left !== right) return byCodePoint(left, right);
  }
  return 0;
}
