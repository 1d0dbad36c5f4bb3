import { hasInstructions, instructionTags } from '../instructions.ts';
import { RecordProblem } from '../problem.ts';
import { plainInput } from './input.ts';
import type { SplitOptions } from './open-splitter.ts';
import { parseRaw } from './parse-raw.ts';
import { splitRecords } from './read.ts';

/**
 * Has any record of an input fields FFT, BDR or BDM? Most inputs have these letters nowhere, which
 * is seen at the pace of a disk; of others records are cut out, and those are read that have them.
 * `open` gives the input from its beginning, once or twice.
 */
export async function inputHasInstructions(
  open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
  options: SplitOptions = {},
): Promise<boolean> {
  if (!(await hasLetters(await open()))) return false;
  for await (const { format, records } of splitRecords(await open(), options))
    for (const raw of records) {
      const { buffer, byteOffset, length } = raw.bytes;
      const bytes = Buffer.from(buffer, byteOffset, length);
      if (raw.refusal !== undefined || !instructionTags.some((tag) => bytes.includes(tag))) continue;
      const result = parseRaw(format, raw, options.encoding);
      if (result.kind === 'record' && hasInstructions(result.record)) return true;
    }
  return false;
}

/** In UTF-16 a zero stands beside each. */
const letters: readonly Buffer[] = instructionTags.flatMap((tag) => [
  Buffer.from(tag),
  Buffer.from(Array.from(tag).join('\0')),
]);
const longest = Math.max(...letters.map(({ length }) => length));

async function hasLetters(input: AsyncIterable<Uint8Array>): Promise<boolean> {
  let end: Uint8Array = new Uint8Array(0);
  try {
    for await (const chunk of plainInput(input)) {
      const border = Buffer.concat([end, chunk.subarray(0, longest)]);
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      if (letters.some((one) => bytes.includes(one) || border.includes(one))) return true;
      end = Buffer.from(chunk.length >= longest ? chunk.subarray(-longest) : border.subarray(-longest));
    }
  } catch (error) {
    // Compressed data that break off: whoever reads it says so.
    if (!(error instanceof RecordProblem)) throw error;
  }
  return false;
}
