import { marcErrors } from '../errors.ts';
import { quote, RecordProblem, requireUtf8 } from '../problem.ts';
import type { ParsedRecord } from '../raw.ts';
import { controlField, dataField, type Field, type Subfield } from '../record.ts';
import { parsePlainJson } from './json-plain.ts';

/**
 * One MARC-in-JSON object: {"leader": "...", "fields": [{"001": "..."}, {"245": {"ind1": "1",
 * "ind2": "0", "subfields": [{"a": "..."}]}}]}. Throws RecordProblem for what is not JSON or not of
 * this shape; nothing is skipped.
 */
export function parseMarcJsonRecord(bytes: Uint8Array): ParsedRecord {
  const text = requireUtf8(bytes);
  const plain = parsePlainJson(text);
  if (plain !== undefined) return { record: plain, warnings: [] };
  const record = asObject(parseJson(text), 'the record');
  refuseOthers(record, ['leader', 'fields'], 'it');
  const { leader = '', fields } = record;
  if (!Array.isArray(fields)) throw wrongShape('"fields" is not a list');
  return { record: { leader: asText(leader, '"leader"'), fields: fields.map(parseField) }, warnings: [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 120) : String(error);
    throw new RecordProblem(marcErrors.json, { reason: reason + placeOf(text, reason) });
  }
}

/** What stands where the message says that the mistake is. */
function placeOf(text: string, message: string): string {
  const said = /at position (\d+)/.exec(message)?.[1];
  if (said === undefined) return '';
  const at = Number(said);
  const code = text.charCodeAt(at);
  const character = code < 0x20 ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}, ` : '';
  return `: ${character}after ${quote(text.slice(Math.max(0, at - 30), at))}`;
}

function parseField(item: unknown, place: number): Field {
  const object = asObject(item, 'a field');
  const tag = onlyKey(object);
  if (tag === undefined) throw wrongShape(`field number ${place + 1} does not have exactly one tag`);
  const content = object[tag];
  if (typeof content === 'string') return controlField(tag, content);
  const data = asObject(content, 'the content of a field');
  refuseOthers(data, ['ind1', 'ind2', 'subfields'], `field ${tag}`);
  const { ind1 = ' ', ind2 = ' ', subfields } = data;
  if (!Array.isArray(subfields)) throw wrongShape(`the subfields of field ${tag} are not a list`);
  const parsed = subfields.map((subfield: unknown) => parseSubfield(subfield, tag));
  return dataField(tag, asIndicator(ind1, tag), asIndicator(ind2, tag), parsed);
}

function parseSubfield(item: unknown, tag: string): Subfield {
  const object = asObject(item, 'a subfield');
  const code = onlyKey(object);
  if (code === undefined) throw wrongShape(`a subfield of field ${tag} does not have exactly one code`);
  const value = object[code];
  if (typeof value !== 'string') throw wrongShape(`${tag}$${code} is not a text`);
  return { code, value };
}

type JsonObject = Readonly<Record<string, unknown>>;

function onlyKey(object: JsonObject): string | undefined {
  const keys = Object.keys(object);
  return keys.length === 1 ? keys[0] : undefined;
}

/** Nothing of the input is passed over in silence. */
function refuseOthers(object: JsonObject, known: readonly string[], name: string): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) throw wrongShape(`${name} has ${quote(key)} beside ${known.join(', ')}`);
  }
}

function asIndicator(value: unknown, tag: string): string {
  return asText(value, `an indicator of field ${tag}`) || ' ';
}

function asText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrongShape(`${name} is not a text`);
  return value;
}

function asObject(value: unknown, name: string): JsonObject {
  if (!isObject(value)) throw wrongShape(`${name} is not an object`);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongShape(reason: string): RecordProblem {
  return new RecordProblem(marcErrors.shape, { reason });
}
