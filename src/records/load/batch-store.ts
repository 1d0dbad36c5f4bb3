import type { MarcRecord } from '../../marc/record.ts';
import type { Checked } from '../check-incoming.ts';
import type { Identity } from '../identifiers.ts';
import type { PackedRecords } from './protocol.ts';

/** A record that was read before it came here, with what it is known by. */
export interface ReadRecord {
  readonly bytes: Uint8Array;
  readonly record: MarcRecord;
  readonly identity: Identity;
}

/** The raw records that a worker holds until their batch is committed. */
export interface RawBatch extends PackedRecords {
  readonly count: number;
  /**
   * 005 of those records whose 001 may be our number, by index: which versions they are made from.
   */
  readonly stamps: Map<number, Date>;
  /** Those that were read already, by index: they are not parsed again. */
  readonly read: ReadonlyMap<number, ReadRecord>;
  /** What rules of the site have found in those that came whole, by index. */
  readonly checked: Map<number, Checked>;
}

export function rawBatch(packed: PackedRecords, read: ReadonlyMap<number, ReadRecord> = new Map()): RawBatch {
  return { ...packed, count: packed.ends.length, stamps: new Map(), read, checked: new Map() };
}

/** A view of one record's bytes. */
export function rawRecord(batch: RawBatch, index: number): Uint8Array {
  const start = index === 0 ? 0 : batch.ends[index - 1]!;
  return new Uint8Array(batch.data, start, batch.ends[index]! - start);
}
