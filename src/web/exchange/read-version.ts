import { grouped } from '../../errors/grouped.ts';
import type { RecordVersion } from '../../index/entry.ts';
import type { StoredVersion } from '../../index/stored-records.ts';
import { decodeParts, readStart } from '../../marc/stored.ts';

/**
 * Subfields and fields of a record that are read at once. A paper by 3,000 authors has 12,000;
 * 300,000 of them ended a web process, whose heap has 384 MB, when a format was made of them whole.
 */
const mostParts = 100_000;

/** A version of a record, as far as it is read here. */
export interface ReadVersion extends RecordVersion {
  /** Characters of it that were left out; 0: it is whole. */
  readonly leftOut: number;
}

export function readVersion({ marc, ...version }: StoredVersion): ReadVersion {
  const { parts, leftOut } = readStart(marc, mostParts);
  return { ...version, record: decodeParts(parts), leftOut };
}

export class RecordTooLarge extends Error {
  constructor(characters: number) {
    super(`it is too large for this format: ${grouped(characters)} characters`);
  }
}
