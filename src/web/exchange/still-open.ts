import { openView } from '../../access/open-view.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { StoredBatch, StoredVersion } from '../../index/stored-records.ts';
import type { Person } from '../../people/person.ts';
import type { WebLibrary } from './environment.ts';

/**
 * Records are read after it was decided who may see them, and may be newer than that: a version
 * that the view does not have is left out unless the newest one has it, and opens it to this
 * person.
 */
export async function stillOpen(
  library: Pick<WebLibrary, 'snapshot' | 'refresh'>,
  { snapshot, person }: { readonly snapshot: IndexSnapshot; readonly person: Person },
  batch: StoredBatch,
): Promise<StoredBatch> {
  const newer = batch.rows.filter((row) => !row.deleted && !isIn(snapshot, row));
  if (newer.length === 0) return batch;
  let see = openView(person, library.snapshot());
  const isBehind = ({ id, revision }: StoredVersion): boolean => (see(id)?.revision ?? 0) < revision;
  if (newer.some(isBehind)) {
    await library.refresh();
    see = openView(person, library.snapshot());
  }
  const closed = new Set(newer.filter((row) => isBehind(row) || see(row.id)?.open !== true));
  return { ...batch, rows: batch.rows.filter((row) => !closed.has(row)) };
}

/** An older one than the view has is of a replica, and no secret. */
function isIn({ segments }: IndexSnapshot, { id, revision }: StoredVersion): boolean {
  return segments.some(({ segment, live }) => {
    const ordinal = segment.ordinalOf(id);
    return ordinal !== -1 && live.has(ordinal) && segment.revisions[ordinal]! >= revision;
  });
}
