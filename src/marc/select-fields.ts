import { fieldsWithTag } from './fields-by-tag.ts';
import { tagsMeant } from './linked.ts';
import type { MarcPath } from './path.ts';
import type { Field, MarcRecord, Subfield } from './record.ts';

/**
 * What these paths reach: whole fields where all of their subfields are reached, else single
 * subfields.
 */
function reached(record: MarcRecord, paths: readonly MarcPath[]): ReadonlyMap<Field, ReadonlySet<Subfield>> {
  const found = new Map<Field, Set<Subfield>>();
  for (const path of paths) {
    path.forEach(record, (_, field, subfield) => {
      let subfields = found.get(field);
      if (subfields === undefined) {
        subfields = new Set();
        found.set(field, subfields);
      }
      if (subfield !== undefined) subfields.add(subfield);
    });
  }
  return found;
}

/** The same with what stands in its original script (880) for what they reach. */
export function reachedInScripts(
  record: MarcRecord,
  paths: readonly MarcPath[],
): ReadonlyMap<Field, ReadonlySet<Subfield>> {
  const found = new Map(reached(record, paths));
  for (const field of fieldsWithTag(record, '880')) {
    for (const tag of new Set(tagsMeant(field))) {
      const stands = { ...field, tag };
      const more = reached({ leader: '', fields: [stands] }, paths).get(stands);
      if (more !== undefined) found.set(field, new Set([...more, ...(found.get(field) ?? [])]));
    }
  }
  return found;
}

/**
 * The record without what the paths reach, and without the same in its original script (880). A
 * field that loses all of its subfields goes with them.
 */
export function withoutPaths(record: MarcRecord, paths: readonly MarcPath[]): MarcRecord {
  if (paths.length === 0 || !mayReach(record, paths)) return record;
  const hidden = reachedInScripts(record, paths);
  if (hidden.size === 0) return record;
  return {
    leader: record.leader,
    fields: record.fields.flatMap((field) => withoutSubfields(field, hidden.get(field))),
  };
}

/** Is there a field that one of them fits, or one that may stand for it? */
function mayReach(record: MarcRecord, paths: readonly MarcPath[]): boolean {
  if (fieldsWithTag(record, '880').length > 0) return true;
  let found = false;
  for (const path of paths) path.forEach(record, () => (found = true));
  return found;
}

function withoutSubfields(field: Field, hidden: ReadonlySet<Subfield> | undefined): readonly Field[] {
  if (hidden === undefined) return [field];
  const subfields = field.subfields.filter((subfield) => !hidden.has(subfield));
  return subfields.length === 0 ? [] : [{ ...field, subfields }];
}

/** Only what the paths reach, in the order of the record. */
export function onlyPaths(record: MarcRecord, paths: readonly MarcPath[]): MarcRecord {
  return onlyReached(record, reached(record, paths));
}

function onlyReached(record: MarcRecord, kept: ReadonlyMap<Field, ReadonlySet<Subfield>>): MarcRecord {
  return {
    leader: '',
    fields: record.fields.flatMap((field) => {
      const subfields = kept.get(field);
      if (subfields === undefined) return [];
      return [{ ...field, subfields: field.subfields.filter((subfield) => subfields.has(subfield)) }];
    }),
  };
}
