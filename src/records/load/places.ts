import { flags, type WriteOrder } from './protocol.ts';

/** A record of the library in a batch. */
export interface Place {
  readonly id: number;
  /** Where the versions of this record are in the batch, in order. */
  readonly indexes: readonly number[];
}

/** The records of a batch in ascending number. */
export function placesById({ ids, flags: flagsOf }: WriteOrder): readonly Place[] {
  const places = new Map<number, number[]>();
  ids.forEach((id, index) => {
    if (id === 0 || (flagsOf[index]! & flags.holds) !== 0) return;
    const indexes = places.get(id);
    if (indexes === undefined) places.set(id, [index]);
    else indexes.push(index);
  });
  return [...places].map(([id, indexes]) => ({ id, indexes })).sort((a, b) => a.id - b.id);
}
