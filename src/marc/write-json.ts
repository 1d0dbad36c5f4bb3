import type { Field, MarcRecord } from './record.ts';

/** One record as MARC-in-JSON (rossfsinger.com/blog/2010/09), on one line. Lossless. */
export function toMarcJson(record: MarcRecord): string {
  return JSON.stringify({ leader: record.leader, fields: record.fields.map(fieldJson) });
}

function fieldJson({ tag, ind1, ind2, value, subfields }: Field): Record<string, unknown> {
  if (value !== undefined) return { [tag]: value };
  return { [tag]: { ind1, ind2, subfields: subfields.map((subfield) => ({ [subfield.code]: subfield.value })) } };
}
