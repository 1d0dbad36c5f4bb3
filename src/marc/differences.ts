import type { Field, MarcRecord, Subfield } from './record.ts';

/** A field that only one of two versions has, or has otherwise. */
export interface FieldDifference {
  readonly tag: string;
  /** Undefined: it is new. */
  readonly before: Field | undefined;
  /** Undefined: it is gone. */
  readonly after: Field | undefined;
}

export interface RecordDifferences {
  /** In the order of the tags; the leader, as field "LDR", first. */
  readonly fields: readonly FieldDifference[];
  /** The same fields stand in another order. */
  readonly reordered: boolean;
}

/**
 * What of a record is otherwise in another version, field by field. Fields of one tag that are in
 * both count as the same wherever they stand; of those that are left the first is taken for the
 * first, and so on. Takes time as the number of fields. 005, the time of the version, is left out.
 */
export function differencesOf(before: MarcRecord, after: MarcRecord): RecordDifferences {
  const [old, now] = [withLeader(before), withLeader(after)];
  const [gone, come] = [without(old, now), without(now, old)];
  const tags = [...new Set([...gone, ...come].map(({ tag }) => tag))].toSorted(byTag);
  const fields = tags.flatMap((tag) => {
    const [left, right] = [gone, come].map((list) => list.filter((field) => field.tag === tag));
    return Array.from({ length: Math.max(left!.length, right!.length) }, (_, i) => ({
      ...{ tag, before: left![i], after: right![i] },
    }));
  });
  const stay = (list: readonly Field[], others: readonly Field[]): string => {
    const other = new Set(others);
    return list
      .filter((field) => !other.has(field))
      .map(keyOf)
      .join('\u001e');
  };
  return { fields, reordered: stay(old, gone) !== stay(now, come) };
}

/** The subfields of a field that another one has not, each as often as it is missing there. */
export function ownSubfields(field: Field, other: Field | undefined): ReadonlySet<Subfield> {
  const there = counts((other?.subfields ?? []).map(subfieldKey));
  return new Set(field.subfields.filter((subfield) => !take(there, subfieldKey(subfield))));
}

function withLeader({ leader, fields }: MarcRecord): readonly Field[] {
  const rest = fields.filter(({ tag }) => tag !== '005');
  return leader === '' ? rest : [{ tag: 'LDR', ind1: ' ', ind2: ' ', value: leader, subfields: [] }, ...rest];
}

function without(fields: readonly Field[], others: readonly Field[]): readonly Field[] {
  const there = counts(others.map(keyOf));
  return fields.filter((field) => !take(there, keyOf(field)));
}

function counts(keys: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
  return found;
}

function take(there: Map<string, number>, key: string): boolean {
  const left = there.get(key) ?? 0;
  if (left > 0) there.set(key, left - 1);
  return left > 0;
}

function keyOf({ tag, ind1, ind2, value, subfields }: Field): string {
  return value === undefined ? `${tag}${ind1}${ind2}${subfields.map(subfieldKey).join('')}` : `${tag}=${value}`;
}

function subfieldKey({ code, value }: Subfield): string {
  return `\u001f${code}${value}`;
}

function byTag(a: string, b: string): number {
  if (a === b) return 0;
  if (a === 'LDR' || b === 'LDR') return a === 'LDR' ? -1 : 1;
  return a < b ? -1 : 1;
}
