import type { Field } from './record.ts';

/** An 880 as the field it stands for; undefined when it does not say. */
export function standsFor(field: Field): Field | undefined {
  const link = linkOf(field);
  return link === undefined || link.tag < '010' || link.tag === '880' ? undefined : { ...field, tag: link.tag };
}

/**
 * All tags that an 880 may mean, however badly its $6 are written: for what is not to be shown.
 */
export function tagsMeant(field: Field): readonly string[] {
  return field.subfields.flatMap(({ code, value }) => {
    const tag = code === '6' ? /^[^0-9A-Za-z]*([0-9A-Za-z]{3})/.exec(value)?.[1] : undefined;
    return tag ?? [];
  });
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
