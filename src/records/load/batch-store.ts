import type { PackedRecords } from './protocol.ts';

/** The raw records that a worker holds until their batch is committed. */
export interface RawBatch extends PackedRecords {
  readonly count: number;
}

export function rawBatch(packed: PackedRecords): RawBatch {
  return { ...packed, count: packed.ends.length };
}

/** A view of one record's bytes. */
export function rawRecord(batch: RawBatch, index: number): Uint8Array {
  const start = index === 0 ? 0 : batch.ends[index - 1]!;
  return new Uint8Array(batch.data, start, batch.ends[index]! - start);
}
