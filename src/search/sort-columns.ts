import type { Segment } from '../index/segment.ts';
import type { Work } from '../index/work.ts';
import { type Context, spacesAt } from './evaluate/context.ts';
import { byCodePoint } from './evaluate/expand.ts';
import type { Place } from './evaluate/plan.ts';
import { compareJoined, compareJoinedKeys, type JoinedColumn, joinColumns } from './joined-column.ts';
import { byKey, type KeyComparison } from './orders.ts';
import type { Order } from './page.ts';
import { readColumn, type SizedColumn, type SortWish } from './value-column.ts';

/**
 * An order for what the site declares none for: any fields or MARC paths, one after the other.
 * Columns of a segment are read from the dictionaries of their values, and the last ones are kept.
 */
export function* byValues(context: Context, places: readonly Place[], wish: SortWish): Work<Order> {
  const { snapshot } = context;
  const single: SizedColumn[] = [];
  const joined: JoinedColumn[] = [];
  for (const { segment } of snapshot.segments) {
    const columns: SizedColumn[] = [];
    for (const place of places) {
      const spaces = spacesAt(context, segment, place);
      const name = JSON.stringify([spaces, wish.preference, wish.preference === '' || wish.ascending]);
      columns.push(yield* kept(singleColumns, segment, `one ${name}`, () => readColumn(segment, spaces, wish)));
    }
    const [first] = columns;
    if (first !== undefined && columns.length === 1) single.push(first);
    else {
      const name = JSON.stringify([places, wish.preference, wish.ascending, context.seesHiddenPaths]);
      joined.push(yield* kept(joinedColumns, segment, `all ${name}`, () => joinColumns(segment.count, columns)));
    }
  }
  return joined.length > 0
    ? byKey(snapshot, joined, wish.ascending, byParts)
    : byKey(snapshot, single, wish.ascending, byText);
}

const byText: KeyComparison<SizedColumn> = {
  keys: byCodePoint,
  ranks: (a, aRank, b, bRank) => byCodePoint(a.key(aRank), b.key(bRank)),
};
const byParts: KeyComparison<JoinedColumn> = { keys: compareJoinedKeys, ranks: compareJoined };

/** For all columns of all segments: eleven of a million records. */
const mostBytesKept = 48 * 1024 * 1024;
/** Small segments come and go, each with an object or two of its own. */
const mostKept = 1000;

type Columns<C> = WeakMap<Segment, Map<string, C>>;

const singleColumns: Columns<SizedColumn> = new WeakMap();
const joinedColumns: Columns<JoinedColumn> = new WeakMap();
/**
 * What is kept, the longest unused first. Nothing of a segment: that of an old snapshot goes with
 * its last reader.
 */
const uses = new Map<string, { readonly bytes: number; readonly forget: () => void }>();
let bytesKept = 0;

/** The column if it is known, else what `make` makes. */
function* kept<C extends SizedColumn>(
  columns: Columns<C>,
  segment: Segment,
  name: string,
  make: () => Work<C>,
): Work<C> {
  const id = `${segment.id} ${name}`;
  const known = columns.get(segment)?.get(name);
  if (known !== undefined) {
    const use = uses.get(id)!;
    uses.delete(id);
    uses.set(id, use);
    return known;
  }
  const column = yield* make();
  const ofSegment = columns.get(segment) ?? new Map<string, C>();
  columns.set(segment, ofSegment.set(name, column));
  const place = new WeakRef(ofSegment);
  forget(id);
  uses.set(id, { bytes: column.bytes, forget: () => place.deref()?.delete(name) });
  bytesKept += column.bytes;
  for (const oldest of uses.keys()) {
    if (bytesKept <= mostBytesKept && uses.size <= mostKept) break;
    forget(oldest);
  }
  return column;
}

function forget(id: string): void {
  const use = uses.get(id);
  if (use === undefined) return;
  uses.delete(id);
  bytesKept -= use.bytes;
  use.forget();
}
