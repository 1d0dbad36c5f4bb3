import type { Field } from '../marc/record.ts';
import { headingOf, isSubject } from './headings.ts';
import { type NameKind, nameKind, nameOf } from './names.ts';
import { seriesLine, seriesTags } from './series.ts';

/**
 * What a page shows, and links, of a field whose value is made of several subfields: the name
 * "John Paul II, Pope", the heading "Boats – History". Undefined where one subfield says it all.
 */
export function composedValue(field: Field): string | undefined {
  if (seriesTags.has(field.tag)) return seriesLine(field);
  const kind = isSubject(field.tag) ? undefined : nameKind(field.tag);
  if (kind !== undefined) return hasMore(field, partsOf[kind]) ? nameOf(field, kind) : undefined;
  if (isSubject(field.tag)) return isOnlyA(field) ? undefined : headingOf(field);
  return undefined;
}

function isOnlyA({ subfields }: Field): boolean {
  return subfields.length === 1 && subfields[0]!.code === 'a';
}

/** Subfields of a name beside its $a, as `nameOf` reads them. */
const partsOf: Readonly<Record<NameKind, string>> = { person: 'bc', corporate: 'b', meeting: 'endc' };

function hasMore({ subfields }: Field, codes: string): boolean {
  for (const { code } of subfields) if (codes.includes(code)) return true;
  return false;
}
