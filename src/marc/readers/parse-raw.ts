import { asBuffer, copyOf } from '../bytes.ts';
import { RecordProblem, reasonFor, recordLabel } from '../problem.ts';
import type { GoodRecord, RawRecord, ReadResult } from '../raw.ts';
import { controlValue, type MarcRecord } from '../record.ts';
import { recordProblem } from '../validate.ts';
import { mayBeMalformed, repaired } from '../well-formed.ts';
import { type RecordFormat, readers } from './readers.ts';

const noWarnings: readonly string[] = Object.freeze([]);

/**
 * Parses and checks what a splitter cut. Never throws for anything in the bytes; the answer is
 * plain data for other threads.
 */
export function parseRaw(format: RecordFormat, raw: RawRecord, encoding?: string): ReadResult {
  const { position, bytes, refusal } = raw;
  const reader = readers[format];
  if (refusal !== undefined) {
    return { kind: 'refused', position, control001: reader.find001(bytes), reason: refusal, raw: copyOf(bytes) };
  }
  let control001: string | undefined;
  try {
    const parsed = reader.parse(bytes, encoding);
    const { record, warnings: mendings } = mayBeMalformed(reader.escaping, bytes)
      ? repaired(parsed.record)
      : { record: parsed.record, warnings: noWarnings };
    const warnings = mendings.length === 0 ? parsed.warnings : [...parsed.warnings, ...mendings];
    control001 = controlValue(record, '001');
    const problem = recordProblem(record);
    if (problem !== undefined) throw problem;
    const { harvested } = parsed;
    const told = allWarnings(record, warnings, raw, control001);
    const result: GoodRecord = { kind: 'record', position, record, warnings: told };
    return harvested === undefined ? result : { ...result, harvested };
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    control001 ??= reader.find001(bytes);
    return {
      kind: 'refused',
      position,
      control001,
      reason: reasonFor(error, position, control001),
      raw: copyOf(bytes),
    };
  }
}

const lostCharacter = Buffer.from('\ufffd');

function allWarnings(
  record: MarcRecord,
  parsed: readonly string[],
  raw: RawRecord,
  control001: string | undefined,
): readonly string[] {
  const found = [...parsed];
  const length = record.leader.length;
  if (length !== 24 && length !== 0) found.push(`has a leader of ${length} characters, not 24`);
  if (asBuffer(raw.bytes).includes(lostCharacter)) {
    found.push('holds U+FFFD, which stands for a character that was lost before it came here');
  }
  return found.length === 0
    ? noWarnings
    : found.map((warning) => `${recordLabel(raw.position, control001)} ${warning}.`);
}
