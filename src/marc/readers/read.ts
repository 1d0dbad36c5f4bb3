import { UserError } from '../../errors/errors.ts';
import { RecordProblem, reasonFor, recordLabel } from '../problem.ts';
import type { RawRecord, ReadResult } from '../raw.ts';
import { detectionBytes } from './detect.ts';
import { plainInput } from './input.ts';
import { type OpenedSplitter, openSplitter, type SplitOptions } from './open-splitter.ts';
import { parseRaw } from './parse-raw.ts';
import type { RecordFormat } from './readers.ts';

/** Records cut out of one chunk of input, for `parseRaw`, here or in another thread. */
export interface RawBatch {
  readonly format: RecordFormat;
  readonly records: readonly RawRecord[];
}

/**
 * All records of an input, in order, in batches (one for each chunk that completes some): MARCXML,
 * ISO 2709, MARC-in-JSON or text MARC, compressed with gzip or not. Memory stays within a few times
 * the record limit. Throws UserError when the format cannot be made out; everything that is wrong
 * further on is a refusal in its place, also compressed data that break off.
 */
export async function* readRecords(
  input: AsyncIterable<Uint8Array>,
  options: SplitOptions = {},
): AsyncGenerator<ReadResult[], void, void> {
  for await (const { format, records } of splitRecords(input, options))
    yield records.flatMap((raw) => (raw.notice === undefined ? parseRaw(format, raw, options.encoding) : []));
}

/** The first half of `readRecords`: cheap enough to feed several threads that parse. */
export async function* splitRecords(
  input: AsyncIterable<Uint8Array>,
  options: SplitOptions = {},
): AsyncGenerator<RawBatch, void, void> {
  let opened: OpenedSplitter | undefined;
  let start: Uint8Array = new Uint8Array(0);
  let position = 0;
  let damage: RecordProblem | undefined;
  const batch = (records: RawRecord[], format: RecordFormat): RawBatch => {
    position = records.at(-1)?.position ?? position;
    return { format, records };
  };
  try {
    for await (const chunk of plainInput(input)) {
      let bytes = chunk;
      if (opened === undefined) {
        start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
        if (start.length < detectionBytes) continue;
        opened = openSplitter(start.subarray(0, detectionBytes), options);
        bytes = start;
      }
      const records = opened.splitter.push(bytes);
      if (records.length > 0) yield batch(records, opened.format);
    }
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    damage = error;
  }
  if (opened === undefined) {
    // Nothing could be read: an input that is damaged is not empty.
    if (start.length === 0 && damage !== undefined)
      throw new UserError(damage.kind, { ...damage.values, record: recordLabel(1, undefined) });
    opened = openSplitter(start, options);
    yield batch(opened.splitter.push(start), opened.format);
  }
  const last = batch(opened.splitter.end(), opened.format);
  if (last.records.length > 0) yield last;
  if (damage === undefined) return;
  position += 1;
  yield batch([{ position, bytes: new Uint8Array(0), refusal: reasonFor(damage, position, undefined) }], opened.format);
}
