import { linkOf, standsFor } from '../marc/linked.ts';
import type { Field, MarcRecord } from '../marc/record.ts';

/**
 * MARC 21 writes a field in its original script as an 880, whose $6 says which field it stands
 * beside: "245-02/$1" stands beside the 245 whose $6 is "880-02"; "520-00" beside none, so it is a
 * 520 itself.
 */
export interface Scripts {
  /** As catalogued, with 880s that stand beside none as the fields they are. */
  readonly record: MarcRecord;
  /** The fields in their original script, under the tags they stand for; undefined: none. */
  readonly original: MarcRecord | undefined;
}

export function scriptsOf(record: MarcRecord): Scripts {
  if (!record.fields.some(({ tag }) => tag === '880')) return { record, original: undefined };
  const linked = new Set<string>();
  for (const field of record.fields) {
    const link = field.tag === '880' ? undefined : linkOf(field);
    if (link?.tag === '880') linked.add(`${field.tag} ${link.number}`);
  }
  const own: Field[] = [];
  const original: Field[] = [];
  for (const field of record.fields) {
    const stands = field.tag === '880' ? standsFor(field) : undefined;
    if (stands === undefined) own.push(field);
    else if (linked.has(`${stands.tag} ${linkOf(field)!.number}`)) original.push(stands);
    else own.push(stands);
  }
  return {
    record: { leader: record.leader, fields: own },
    original: original.length === 0 ? undefined : { leader: record.leader, fields: original },
  };
}
