import { foundIn } from '../../access/members.ts';
import { openableRecords } from '../../access/visible.ts';
import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { guest } from '../../people/person.ts';
import type { SegmentMembers } from './changes.ts';

/**
 * For each segment of a snapshot what guests may open, and of that what is in each of these sets. A
 * set is given by its queries. Queries are asked once for each segment.
 */
export function membersOfSets(
  snapshot: IndexSnapshot,
  sets: readonly (readonly string[])[],
): readonly SegmentMembers[] {
  const openable = openableRecords(guest, snapshot);
  return snapshot.segments.map(({ segment }, index) => {
    const open = openable[index]!;
    const inside = sets.map((queries) =>
      RoaringBitmap32.orMany(queries.map((query) => foundIn(snapshot, segment, query))).andInPlace(open),
    );
    const { id, ids, revisions } = segment;
    return { id, ids, revisions, members: [open, ...inside] };
  });
}
