import { asBuffer } from '../bytes.ts';
import { decodeEntities } from './marcxml-text.ts';

/**
 * By what a harvested record is known to the server it came from: its OAI identifier stands beside
 * the record, and comes along as a processing instruction before it. A file of refused records
 * keeps it so.
 */
const start = '<?oai-identifier ';
const end = '?>';

/** The record with the identifier before it, both as they stand in the XML. */
export function harvested(identifier: string, record: Uint8Array): Uint8Array {
  // No identifier has that, and it would end the instruction.
  if (identifier.includes(end)) return record;
  return Buffer.concat([Buffer.from(start + identifier + end), record]);
}

/** What says that the record of this identifier was deleted, as a record. */
export function deletionOf(identifier: string): Uint8Array {
  const field = `<datafield tag="909" ind1="C" ind2="O"><subfield code="o">${identifier}</subfield></datafield>`;
  return Buffer.from(`<record><leader>00000dam a2200000 a 4500</leader>${field}</record>`);
}

/**
 * The identifier of an instruction, as it stands there; undefined when the bytes are something
 * else.
 */
export function keptIdentifier(instruction: Uint8Array): string | undefined {
  const buffer = asBuffer(instruction);
  const kept = buffer.toString('latin1', 0, start.length) === start;
  return kept ? buffer.toString('utf8', start.length, buffer.length - end.length) : undefined;
}

export interface Harvested {
  readonly identifier: string;
  readonly record: Uint8Array;
}

/** The identifier and the record behind it; undefined when none stands before the record. */
export function harvestedRecord(bytes: Uint8Array): Harvested | undefined {
  if (bytes[1] !== 0x3f) return undefined;
  const buffer = asBuffer(bytes);
  const after = buffer.indexOf(end) + end.length;
  const identifier = keptIdentifier(buffer.subarray(0, after));
  if (identifier === undefined) return undefined;
  return { identifier: decodeEntities(identifier) ?? identifier, record: buffer.subarray(after) };
}
