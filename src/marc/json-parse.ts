import { marcErrors } from './errors.ts';
import { quote, RecordProblem, requireUtf8 } from './problem.ts';
import type { ParsedRecord } from './raw.ts';
import { controlField, dataField, type Field, type Subfield } from './record.ts';

/**
 * One MARC-in-JSON object: {"leader": "...", "fields": [{"001": "..."}, {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "..."}]}}]}.
 * Throws RecordProblem for what is not JSON or not of this shape; nothing is skipped.
 */
export function parseMarcJsonRecord(bytes: Uint8Array): ParsedRecord {
  const value = parseJson(bytes);
  const { leader = '', fields, ...others } = asObject(value, 'the record');
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrongShape(`it has ${quote(other)} beside "leader" and "fields"`);
  if (!Array.isArray(fields)) throw wrongShape('"fields" is not a list');
  return { record: { leader: asText(leader, '"leader"'), fields: fields.map(parseField) }, warnings: [] };
}

function parseJson(bytes: Uint8Array): unknown {
  const text = requireUtf8(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 120) : String(error);
    throw new RecordProblem(marcErrors.json, { reason });
  }
}

function parseField(item: unknown, place: number): Field {
  const name = `field number ${place + 1}`;
  const entries = Object.entries(asObject(item, name));
  if (entries.length !== 1) throw wrongShape(`${name} does not have exactly one tag`);
  const [tag, content] = entries[0]!;
  if (typeof content === 'string') return controlField(tag, content);
  const { ind1 = ' ', ind2 = ' ', subfields, ...others } = asObject(content, `field ${tag}`);
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrongShape(`field ${tag} has ${quote(other)} beside indicators and subfields`);
  if (!Array.isArray(subfields)) throw wrongShape(`the subfields of field ${tag} are not a list`);
  const parsed = subfields.flatMap((subfield) => parseSubfields(subfield, tag));
  return dataField(tag, asIndicator(ind1, tag), asIndicator(ind2, tag), parsed);
}

function parseSubfields(item: unknown, tag: string): Subfield[] {
  const entries = Object.entries(asObject(item, `a subfield of field ${tag}`));
  if (entries.length !== 1) throw wrongShape(`a subfield of field ${tag} does not have exactly one code`);
  return entries.map(([code, value]) => ({ code, value: asText(value, `${tag}$${code}`) }));
}

function asIndicator(value: unknown, tag: string): string {
  return asText(value, `an indicator of field ${tag}`) || ' ';
}

function asText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrongShape(`${name} is not a text`);
  return value;
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongShape(`${name} is not an object`);
  return { ...value };
}

function wrongShape(reason: string): RecordProblem {
  return new RecordProblem(marcErrors.shape, { reason });
}
