import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { openableRecords } from './visible.ts';

export interface VisiblePage {
  /** Ascending. */
  readonly ids: readonly number[];
  /** Of all visible records. */
  readonly total: number;
}

/**
 * Records that a person may see in any collection, also those reached by name only, by number: the
 * first `count` above `after`. Costs a binary search in each segment.
 */
export function visibleIds(person: Person, snapshot: IndexSnapshot, after: number, count: number): VisiblePage {
  const hits = openableRecords(person, snapshot);
  const lists = snapshot.segments.map(({ segment }, index) => {
    const { ids } = segment;
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ids[middle] as number) > after) high = middle;
      else low = middle + 1;
    }
    const found: number[] = [];
    const bits = hits[index]!;
    for (let place = low === 0 ? 0 : bits.rank(low - 1); found.length < count; place++) {
      const ordinal = bits.select(place);
      if (ordinal === undefined) break;
      found.push(ids[ordinal] as number);
    }
    return found;
  });
  return {
    ids: lists
      .flat()
      .sort((a, b) => a - b)
      .slice(0, count),
    total: hits.reduce((sum, bits) => sum + bits.size, 0),
  };
}
