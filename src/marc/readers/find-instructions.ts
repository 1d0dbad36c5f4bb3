import { hasInstructions, instructionTags } from '../instructions.ts';
import type { SplitOptions } from './open-splitter.ts';
import { parseRaw } from './parse-raw.ts';
import { splitRecords } from './read.ts';

/**
 * Has any record of an input fields FFT, BDR or BDM? Records are cut out, and only those are read
 * that have these letters somewhere.
 */
export async function inputHasInstructions(
  input: AsyncIterable<Uint8Array>,
  options: SplitOptions = {},
): Promise<boolean> {
  for await (const { format, records } of splitRecords(input, options))
    for (const raw of records) {
      const { buffer, byteOffset, length } = raw.bytes;
      const bytes = Buffer.from(buffer, byteOffset, length);
      if (raw.refusal !== undefined || !instructionTags.some((tag) => bytes.includes(tag))) continue;
      const result = parseRaw(format, raw, options.encoding);
      if (result.kind === 'record' && hasInstructions(result.record)) return true;
    }
  return false;
}
