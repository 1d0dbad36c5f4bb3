import { fieldKey, isOfLibrary } from '../../marc/content.ts';
import { mergeRecords } from '../../marc/merge.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';

/** A tag in up to three versions, and what would become of it. */
export interface HeldRow {
  /** LDR is the leader. */
  readonly tag: string;
  readonly base: readonly Field[];
  readonly theirs: readonly Field[];
  readonly ours: readonly Field[];
  /**
   * conflict: both changed it. theirs, ours: only that one did. both: both, and they are merged.
   * same: nobody did.
   */
  readonly kind: 'conflict' | 'theirs' | 'ours' | 'both' | 'same';
}

interface Three {
  readonly base: MarcRecord | undefined;
  readonly theirs: MarcRecord | undefined;
  readonly ours: MarcRecord;
}

/** Tag by tag: those in conflict first, then those that somebody changed, then the others. */
export function rowsOf({ base, theirs, ours }: Three): readonly HeldRow[] {
  const ground = base ?? theirs ?? empty;
  const now = theirs ?? empty;
  const conflicts = new Set(base === undefined ? [] : mergeRecords(base, now, ours).conflicts);
  const [b, t, o] = [ground, now, ours].map(fieldsByTag);
  const tags = [...new Set([...b!.keys(), ...t!.keys(), ...o!.keys()])].sort(byTag);
  const rows = tags.map((tag): HeldRow => {
    const [before, there, here] = [b, t, o].map((fields) => fields!.get(tag) ?? []);
    const [isTheirs, isOurs] = [!same(before!, there!), !same(before!, here!)];
    const kind = conflicts.has(tag)
      ? 'conflict'
      : isTheirs && isOurs
        ? 'both'
        : isTheirs
          ? 'theirs'
          : isOurs
            ? 'ours'
            : 'same';
    return { tag, base: base === undefined ? [] : before!, theirs: there!, ours: here!, kind };
  });
  const order = ['conflict', 'both', 'ours', 'theirs', 'same'];
  return rows.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

const empty: MarcRecord = { leader: '', fields: [] };

function fieldsByTag({ leader, fields }: MarcRecord): Map<string, readonly Field[]> {
  const found = new Map<string, readonly Field[]>(
    Map.groupBy(
      fields.filter((field) => !isOfLibrary(field)),
      ({ tag }) => tag,
    ),
  );
  if (leader !== '') found.set('LDR', [{ tag: 'LDR', ind1: ' ', ind2: ' ', value: leader, subfields: [] }]);
  return found;
}

function same(one: readonly Field[], other: readonly Field[]): boolean {
  return one.length === other.length && one.every((field, place) => fieldKey(field) === fieldKey(other[place]!));
}

function byTag(a: string, b: string): number {
  if (a === 'LDR' || b === 'LDR') return a === b ? 0 : a === 'LDR' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
