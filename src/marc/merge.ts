import { fieldKey, isOfLibrary, leaderContent, withPlaced } from './content.ts';
import type { Field, MarcRecord } from './record.ts';
import { isRepeatable } from './repeatable.ts';

/** What two people made of one version, laid over each other. */
export interface Merge {
  readonly record: MarcRecord;
  /**
   * Tags that both changed, each otherwise, in order; "LDR" is the leader. They are as `prefer`
   * says in `record`.
   */
  readonly conflicts: readonly string[];
}

/** Whose fields stand where both changed the same. */
export type Side = 'theirs' | 'ours';

/** The same for all tags, or decided for each; "LDR" is the leader. */
export type Preference = Side | ((tag: string) => Side);

const leaderTag = 'LDR';

/**
 * Three ways: `base` is the version that both began with, `theirs` what is there now, `ours` what
 * somebody makes of the base. What only one of them touched is as that one has it. A tag that both
 * touched is merged field by field where MARC 21 lets it repeat; else it is a conflict. Fields of
 * `theirs` keep their places; 001 and 005 are theirs.
 */
export function mergeRecords(
  base: MarcRecord,
  theirs: MarcRecord,
  ours: MarcRecord,
  prefer: Preference = 'theirs',
): Merge {
  const sideOf = typeof prefer === 'string' ? () => prefer : prefer;
  const [before, there, here] = [base, theirs, ours].map((record) =>
    Map.groupBy(
      record.fields.filter((field) => !isOfLibrary(field)),
      ({ tag }) => tag,
    ),
  );
  const conflicts: string[] = [];
  const changed = new Map<string, readonly Field[]>();
  for (const tag of [...new Set([...before!.keys(), ...there!.keys(), ...here!.keys()])].sort()) {
    const [b, t, o] = [before, there, here].map((fields) => fields!.get(tag) ?? []);
    const merged = mergeTag(tag, b!, t!, o!);
    if (merged === undefined) {
      conflicts.push(tag);
      if (sideOf(tag) === 'ours') changed.set(tag, o!);
    } else if (merged !== t) {
      changed.set(tag, merged);
    }
  }
  const leader = mergeLeader(base.leader, theirs.leader, ours.leader);
  if (leader === undefined) conflicts.unshift(leaderTag);
  const fields = withTags(theirs.fields, changed);
  return { record: { leader: leader ?? (sideOf(leaderTag) === 'ours' ? ours : theirs).leader, fields }, conflicts };
}

function mergeLeader(base: string, theirs: string, ours: string): string | undefined {
  const [b, t, o] = [base, theirs, ours].map(leaderContent);
  if (b === o || t === o) return theirs;
  return b === t ? ours : undefined;
}

/** Undefined: a conflict. */
function mergeTag(
  tag: string,
  base: readonly Field[],
  theirs: readonly Field[],
  ours: readonly Field[],
): readonly Field[] | undefined {
  const [b, t, o] = [base, theirs, ours].map((fields) => fields.map(fieldKey));
  if (same(b!, o!) || same(t!, o!)) return theirs;
  if (same(b!, t!)) return ours;
  if (!isRepeatable(tag)) return undefined;
  const [goneThere, goneHere, newThere, newHere] = [minus(b!, t!), minus(b!, o!), minus(t!, b!), minus(o!, b!)];
  const goneTwice = minus(goneThere, minus(goneThere, goneHere));
  if (goneTwice.length > 0 && !same(newThere, newHere)) return undefined;
  const hunks = hunksOf(b!, o!, ours);
  if (hunks === undefined) return undefined;
  return applied(hunks, theirs, t!, newThere);
}

/** A place in which one version differs from the one before. */
interface Hunk {
  readonly gone: readonly string[];
  readonly come: readonly Field[];
  /** Keys of what stays before and behind it, from near to far. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

/** Undefined: what stays stands in another order, and nobody could say where else belongs. */
function hunksOf(base: readonly string[], keys: readonly string[], fields: readonly Field[]): Hunk[] | undefined {
  const [stays, staysToo] = [kept(base, keys), kept(keys, base)];
  const order = base.filter((_, place) => stays[place]);
  const orderHere = keys.filter((_, place) => staysToo[place]);
  if (!same(order, orderHere)) return undefined;
  const hunks: Hunk[] = [];
  let [at, here] = [0, 0];
  for (let passed = 0; passed <= order.length; passed++) {
    const gone: string[] = [];
    const come: Field[] = [];
    for (; at < base.length && !stays[at]; at++) gone.push(base[at]!);
    for (; here < keys.length && !staysToo[here]; here++) come.push(fields[here]!);
    at++;
    here++;
    if (gone.length > 0 || come.length > 0)
      hunks.push({ gone, come, before: order.slice(0, passed).toReversed(), behind: order.slice(passed) });
  }
  return hunks;
}

/** The other version with these changes, each where it belongs there. */
function applied(
  hunks: readonly Hunk[],
  theirs: readonly Field[],
  keys: readonly string[],
  newThere: readonly string[],
): readonly Field[] {
  const result = theirs.map((field, place) => ({ field, key: keys[place]! }));
  const theirNew = counted(newThere);
  // What both brought comes once.
  const brought = counted(newThere);
  for (const { gone, come, before, behind } of hunks) {
    const added = come.map((field) => ({ field, key: fieldKey(field) })).filter(({ key }) => !takeFrom(brought, key));
    let place = -1;
    for (const key of gone) {
      const found = result.findIndex((one) => one.key === key);
      if (found < 0) continue;
      result.splice(found, 1);
      if (place < 0 || found < place) place = found;
    }
    if (place < 0) place = besides(result, before, behind, theirNew);
    result.splice(place, 0, ...added);
  }
  return result.map(({ field }) => field);
}

function besides(
  result: readonly { readonly key: string }[],
  before: readonly string[],
  behind: readonly string[],
  theirNew: ReadonlyMap<string, number>,
): number {
  const places = new Map(result.map(({ key }, place) => [key, place]));
  const near = before.find((key) => places.has(key));
  if (near !== undefined) {
    let place = places.get(near)! + 1;
    while (place < result.length && theirNew.has(result[place]!.key)) place++;
    return place;
  }
  const next = behind.find((key) => places.has(key));
  return next === undefined ? result.length : places.get(next)!;
}

/** The fields, those of some tags replaced by others, where the first of them was. */
function withTags(fields: readonly Field[], changed: ReadonlyMap<string, readonly Field[]>): readonly Field[] {
  if (changed.size === 0) return fields;
  const done = new Set<string>();
  const result = fields.flatMap((field) => {
    const instead = isOfLibrary(field) ? undefined : changed.get(field.tag);
    if (instead === undefined) return [field];
    if (done.has(field.tag)) return [];
    done.add(field.tag);
    return instead;
  });
  return withPlaced(
    result,
    [...changed].flatMap(([tag, instead]) => (done.has(tag) ? [] : instead)),
  );
}

/** Which of the keys are in the other list too, each as often as there. */
function kept(keys: readonly string[], others: readonly string[]): readonly boolean[] {
  const there = counted(others);
  return keys.map((key) => takeFrom(there, key));
}

function minus(keys: readonly string[], others: readonly string[]): readonly string[] {
  const there = counted(others);
  return keys.filter((key) => !takeFrom(there, key));
}

function counted(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function takeFrom(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0;
  if (left > 0) counts.set(key, left - 1);
  return left > 0;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, place) => key === other[place]);
}
