import { asBuffer, copyOf } from '../bytes.ts';
import { RecordProblem, reasonFor, recordLabel, requireUtf8 } from '../problem.ts';
import type { ParsedRecord, RawRecord, ReadResult, RecordFormat } from '../raw.ts';
import { controlValue, type MarcRecord } from '../record.ts';
import { recordProblem } from '../validate.ts';
import { mayBeMalformed, repaired } from '../well-formed.ts';
import { find001InIso2709, parseIso2709Record } from './iso2709-parse.ts';
import { parseMarcJsonRecord } from './json-parse.ts';
import { find001InJson } from './json-split.ts';
import { parseMarcXmlRecord } from './marcxml-scan.ts';
import { find001 } from './marcxml-split.ts';
import { parseMarcXmlStrictly } from './marcxml-strict.ts';
import { parseTextMarcRecord } from './text-parse.ts';

const parsers: Readonly<Record<RecordFormat, (bytes: Uint8Array) => ParsedRecord>> = {
  marcxml: parseMarcXml,
  iso2709: parseIso2709Record,
  json: parseMarcJsonRecord,
  text: parseTextMarcRecord,
};

const finders: Readonly<Record<RecordFormat, (bytes: Uint8Array) => string | undefined>> = {
  marcxml: find001,
  iso2709: find001InIso2709,
  json: find001InJson,
  text: (bytes) => /^(?:\d+ 001.. |=001 {2})(.*)$/mu.exec(asBuffer(bytes).toString('utf8', 0, 10_000))?.[1],
};

const noWarnings: readonly string[] = Object.freeze([]);

/**
 * Parses and checks what a splitter cut. Never throws for anything in the bytes; the answer is plain data for other
 * threads.
 */
export function parseRaw(format: RecordFormat, raw: RawRecord): ReadResult {
  const { position, bytes, refusal } = raw;
  if (refusal !== undefined) {
    return { kind: 'refused', position, control001: finders[format](bytes), reason: refusal, raw: copyOf(bytes) };
  }
  let control001: string | undefined;
  try {
    const parsed = parsers[format](bytes);
    const { record, warnings: mendings } = mayBeMalformed(format, bytes)
      ? repaired(parsed.record)
      : { record: parsed.record, warnings: noWarnings };
    const warnings = mendings.length === 0 ? parsed.warnings : [...parsed.warnings, ...mendings];
    control001 = controlValue(record, '001');
    const problem = recordProblem(record);
    if (problem !== undefined) throw problem;
    return { kind: 'record', position, record, warnings: allWarnings(record, warnings, raw, control001) };
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    control001 ??= finders[format](bytes);
    return {
      kind: 'refused',
      position,
      control001,
      reason: reasonFor(error, position, control001),
      raw: copyOf(bytes),
    };
  }
}

/** The scanner where the record has the usual shape, the strict parser for all others. */
function parseMarcXml(bytes: Uint8Array): ParsedRecord {
  return { record: parseMarcXmlRecord(bytes) ?? parseMarcXmlStrictly(requireUtf8(bytes)), warnings: noWarnings };
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
