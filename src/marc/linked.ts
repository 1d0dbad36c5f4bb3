import type { Field } from './record.ts';

/** An 880 as the field it stands for; undefined when it does not say. */
export function standsFor(field: Field): Field | undefined {
  const link = linkOf(field);
  return link === undefined || link.tag < '010' || link.tag === '880' ? undefined : { ...field, tag: link.tag };
}

/** What $6 says: the tag of the other field, and the number of the pair. */
export function linkOf(field: Field): { readonly tag: string; readonly number: string } | undefined {
  for (const { code, value } of field.subfields) {
    if (code !== '6') continue;
    const found = /^\s*(\d{3})-(\d\d)/.exec(value);
    return found === null ? undefined : { tag: found[1]!, number: found[2]! };
  }
  return undefined;
}
