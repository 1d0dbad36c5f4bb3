import type { Field } from '../marc/record.ts';
import { headingOf, isSubject } from './headings.ts';
import { type NameKind, nameKind, nameOf } from './names.ts';
import { seriesLine } from './series.ts';

/**
 * What a page shows, and links, of a field whose value is made of several subfields: the name
 * "John Paul II, Pope", the heading "Boats – History". Undefined where one subfield says it all.
 */
export function composedValue(field: Field): string | undefined {
  const kind = isSubject(field.tag) ? undefined : nameKind(field.tag);
  if (kind !== undefined) return hasMore(field, partsOf[kind]) ? nameOf(field, kind) : undefined;
  if (isSubject(field.tag)) return hasMore(field, 'bcdtvxyz') ? headingOf(field) : undefined;
  return field.tag === '490' || field.tag === '440' || field.tag === '830' ? seriesLine(field) : undefined;
}

/** Subfields of a name beside its $a, as `nameOf` reads them. */
const partsOf: Readonly<Record<NameKind, string>> = { person: 'bc', corporate: 'b', meeting: 'endc' };

function hasMore({ subfields }: Field, codes: string): boolean {
  for (const { code } of subfields) if (codes.includes(code)) return true;
  return false;
}
