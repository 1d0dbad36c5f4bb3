import type { Field } from '../marc/record.ts';
import { headingOf, isSubject } from './headings.ts';
import { isPlainName, nameKind, nameOf } from './names.ts';
import { seriesLine, seriesTags } from './series.ts';

/**
 * What a page shows, and links, of a field whose value is made of several subfields: the name
 * "John Paul II, Pope", the heading "Boats – History". Undefined where one subfield says it all.
 */
export function composedValue(field: Field): string | undefined {
  if (seriesTags.has(field.tag)) return seriesLine(field);
  const kind = isSubject(field.tag) ? undefined : nameKind(field.tag);
  if (kind !== undefined) return isPlainName(field, kind) ? undefined : nameOf(field, kind);
  if (isSubject(field.tag)) return isOnlyA(field) ? undefined : headingOf(field);
  return undefined;
}

function isOnlyA({ subfields }: Field): boolean {
  return subfields.length === 1 && subfields[0]!.code === 'a';
}
