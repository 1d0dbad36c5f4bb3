import { fieldKey, isOfLibrary, withPlaced } from './content.ts';
import type { Field, MarcRecord } from './record.ts';

/** A field of one or both of two records that are to become one. */
export interface MergeRow {
  /** Undefined: only the other record has it. */
  readonly ours: Field | undefined;
  readonly theirs: Field | undefined;
  /** Whether it is taken unless somebody says otherwise. */
  readonly isTaken: boolean;
}

/** Fields by which a record is known: those of both are kept. */
const identifying = /^(?:01[0-7]|02[0-8]|03[0567]|088|909|970)$/;

/**
 * The fields of both, those that are identical side by side; of tags that both have, those of the
 * one that stays come first. All of its own are taken, and what identifies the other.
 */
export function mergeRows(survivor: MarcRecord, other: MarcRecord): readonly MergeRow[] {
  const [ours, left] = [survivor, other].map(({ fields }) =>
    Map.groupBy(
      fields.filter((field) => !isOfLibrary(field)),
      ({ tag }) => tag,
    ),
  );
  const tags = [...new Set([...ours!.keys(), ...left!.keys()])].sort();
  return tags.flatMap((tag) => rowsOf(ours!.get(tag) ?? [], left!.get(tag) ?? []));
}

function rowsOf(ours: readonly Field[], left: readonly Field[]): readonly MergeRow[] {
  // Those of one key from the last to the first.
  const twins = Map.groupBy(left.toReversed(), fieldKey);
  const paired = new Set<Field>();
  const own = ours.map((field): MergeRow => {
    const twin = twins.get(fieldKey(field))?.pop();
    if (twin !== undefined) paired.add(twin);
    return { ours: field, theirs: twin, isTaken: true };
  });
  const rest = left.filter((field) => !paired.has(field));
  return [...own, ...rest.map((field) => ({ ours: undefined, theirs: field, isTaken: isKept(field) }))];
}

function isKept({ tag, value, subfields }: Field): boolean {
  if (value !== undefined || !identifying.test(tag)) return false;
  // 970__d names what a record was merged into.
  return tag !== '970' || subfields.every(({ code }) => code === 'a');
}

/** What stays of both: `isTaken` of each row, by its place. Its own fields keep their order. */
export function mergedRecord(
  survivor: MarcRecord,
  rows: readonly MergeRow[],
  isTaken: (place: number) => boolean = (place) => rows[place]!.isTaken,
): MarcRecord {
  const dropped = new Set(rows.flatMap(({ ours }, place) => (ours !== undefined && !isTaken(place) ? [ours] : [])));
  const come = rows.flatMap(({ ours, theirs }, place) =>
    ours === undefined && theirs !== undefined && isTaken(place) ? [theirs] : [],
  );
  const stay = survivor.fields.filter((field) => !dropped.has(field));
  return { leader: survivor.leader, fields: withPlaced(stay, come) };
}
