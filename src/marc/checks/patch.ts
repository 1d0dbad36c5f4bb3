import { withPlaced } from '../content.ts';
import type { Field, MarcRecord } from '../record.ts';
import type { Finding, Patch } from './rule.ts';

/** A field of a record before and after; undefined: it goes; both: all fields in another order. */
export interface PatchedField {
  readonly before: Field | undefined;
  readonly after: Field | undefined;
}

/**
 * The record with what is found in it mended, where a patch says how. Places are those of the
 * record as it was looked at. `isWanted` may refuse each field.
 */
export function patched(
  record: MarcRecord,
  findings: readonly Finding[],
  isWanted: (change: PatchedField) => boolean = () => true,
): MarcRecord {
  const order = findings.find(({ patch }) => patch?.kind === 'fields')?.patch;
  if (order?.kind === 'fields')
    return isWanted({ before: undefined, after: undefined }) ? { leader: record.leader, fields: order.fields } : record;
  const byField = Map.groupBy(
    findings.filter(({ patch, field }) => patch !== undefined && patch.kind !== 'fields' && field >= 0),
    ({ field }) => field,
  );
  if (byField.size === 0) return record;
  let isOther = false;
  const moved: Field[] = [];
  const fields = record.fields.flatMap((before, place) => {
    const own = byField.get(place);
    if (own === undefined) return [before];
    const after = fieldAfter(before, own);
    if (!isWanted({ before, after })) return [before];
    isOther = true;
    if (after === undefined || after.tag === before.tag) return after === undefined ? [] : [after];
    moved.push(after);
    return [];
  });
  return isOther ? { leader: record.leader, fields: withPlaced(fields, moved) } : record;
}

function fieldAfter(field: Field, findings: readonly Finding[]): Field | undefined {
  let after: Field | undefined = field;
  for (const { patch, subfield } of findings) {
    if (after === undefined || patch === undefined) return after;
    after = withPatch(after, subfield, patch);
  }
  return after;
}

function withPatch(field: Field, at: number, patch: Patch): Field | undefined {
  switch (patch.kind) {
    case 'remove':
      return undefined;
    case 'tag':
      return { ...field, tag: patch.tag };
    case 'code':
      return {
        ...field,
        subfields: field.subfields.map((one, place) => (place === at ? { ...one, code: patch.code } : one)),
      };
    case 'value':
      if (at < 0) return { ...field, value: patch.value };
      return {
        ...field,
        subfields: field.subfields.map((one, place) => (place === at ? { ...one, value: patch.value } : one)),
      };
    case 'fields':
      return field;
  }
}
