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
  /** So many of those that stay are before it. */
  readonly passed: number;
}

interface Hunks {
  readonly hunks: readonly Hunk[];
  /** Keys of what stays, in order. */
  readonly stays: readonly string[];
}

/** Undefined: what stays stands in another order, and nobody could say where else belongs. */
function hunksOf(base: readonly string[], keys: readonly string[], fields: readonly Field[]): Hunks | undefined {
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
    if (gone.length > 0 || come.length > 0) hunks.push({ gone, come, passed });
  }
  return { hunks, stays: order };
}

/**
 * The other version with these changes, each where it belongs there. Thousands of changes in
 * thousands of fields come here: nothing is looked for from the beginning again.
 */
function applied(
  { hunks, stays }: Hunks,
  theirs: readonly Field[],
  keys: readonly string[],
  newThere: readonly string[],
): readonly Field[] {
  const line = new FieldLine(theirs, keys);
  const theirNew = new Set(newThere);
  // What both brought comes once.
  const brought = counted(newThere);
  // Of what stays, the last before a change and the first behind it that the others have too.
  let [seen, last, next] = [0, -1, 0];
  for (const { gone, come, passed } of hunks) {
    const added = come
      .map((field): readonly [Field, string] => [field, fieldKey(field)])
      .filter(([, key]) => !takeFrom(brought, key));
    let first: Place | undefined;
    for (const key of gone) {
      const taken = line.take(key);
      if (taken !== undefined && (first === undefined || taken.rank < first.rank)) first = taken;
    }
    for (; seen < passed; seen++) if (line.has(stays[seen]!)) last = seen;
    while (last >= 0 && !line.has(stays[last]!)) last--;
    for (next = Math.max(next, passed); next < stays.length && !line.has(stays[next]!); ) next++;
    let at: Place;
    if (first !== undefined) at = line.before(first);
    else if (last >= 0) {
      at = line.last(stays[last]!)!;
      while (at.next !== undefined && theirNew.has(at.next.key)) at = at.next;
    } else at = next < stays.length ? line.before(line.last(stays[next]!)!) : line.end;
    for (const [field, key] of added) at = line.insert(field, key, at);
  }
  return line.fields();
}

/** Where a field stands among those before and behind it. */
interface Place {
  readonly key: string;
  readonly field: Field | undefined;
  /** Ascends along the line. */
  readonly rank: number;
  previous: Place | undefined;
  next: Place | undefined;
  isTaken: boolean;
}

class FieldLine {
  readonly #start: Place = {
    ...{ key: '', field: undefined, rank: -1, previous: undefined, next: undefined, isTaken: false },
  };
  readonly #byKey = new Map<string, Place[]>();
  end: Place = this.#start;

  constructor(fields: readonly Field[], keys: readonly string[]) {
    for (const [rank, field] of fields.entries()) this.#add(field, keys[rank]!, rank, this.end);
  }

  has(key: string): boolean {
    return (this.#byKey.get(key)?.length ?? 0) > 0;
  }

  last(key: string): Place | undefined {
    return this.#byKey.get(key)?.at(-1);
  }

  /** The first of these out of the line. */
  take(key: string): Place | undefined {
    const place = this.#byKey.get(key)?.shift();
    if (place === undefined) return undefined;
    place.isTaken = true;
    place.previous!.next = place.next;
    if (place.next === undefined) this.end = place.previous!;
    else place.next.previous = place.previous;
    return place;
  }

  /** What stands before a place, also of one that was just taken. */
  before({ previous }: Place): Place {
    let place = previous!;
    while (place.isTaken) place = place.previous!;
    return place;
  }

  insert(field: Field, key: string, after: Place): Place {
    return this.#add(field, key, after.rank, after);
  }

  fields(): readonly Field[] {
    const all: Field[] = [];
    for (let place = this.#start.next; place !== undefined; place = place.next) all.push(place.field!);
    return all;
  }

  #add(field: Field, key: string, rank: number, previous: Place): Place {
    const place: Place = { key, field, rank, previous, next: previous.next, isTaken: false };
    if (previous.next === undefined) this.end = place;
    else previous.next.previous = place;
    previous.next = place;
    const same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, [place]);
    else same.push(place);
    return place;
  }
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
