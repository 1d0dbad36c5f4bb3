import { createHash } from 'node:crypto';
import type { MarcPath } from '../../marc/path.ts';
import type { Field, MarcRecord, Subfield } from '../../marc/record.ts';
import { reachedInScripts } from '../../marc/select-fields.ts';

/** Which of a list of paths a record has something at: a bit for each, whatever their number. */
export type PathMask = bigint;

/**
 * Where hidden subfields stand. One goes back into the field whose other subfields are the same, in
 * tag, indicators, codes, values and order; where several are alike, into the one of the same place
 * among them, if there are as many as before. Everything else would be a guess.
 */
export interface HiddenPlaces {
  readonly homes: readonly Home[];
  /** How many fields there are of each sort that a hidden part may belong to, by key. */
  readonly fields: ReadonlyMap<string, number>;
}

interface Home {
  /** The hidden paths that reach into this field. */
  readonly mask: PathMask;
  /**
   * Of the rest of the field; undefined where there is none, so that the field comes back whole or
   * not at all.
   */
  readonly rest: string | undefined;
}

const noneReached: ReadonlySet<Subfield> = new Set();

export function placesOf(
  record: MarcRecord,
  paths: readonly MarcPath[],
  bitOf: (place: number) => PathMask,
): HiddenPlaces {
  const reached = reachedInScripts(record, paths);
  const masks = new Map<Field, PathMask>();
  paths.forEach((path, place) => {
    for (const field of reachedInScripts(record, [path]).keys())
      masks.set(field, (masks.get(field) ?? 0n) | bitOf(place));
  });
  const homes = [...masks].map(([field, mask]): Home => {
    const isWhole = field.value === undefined && restOf(field, reached.get(field)).length === 0;
    return { mask, rest: isWhole ? undefined : keyOf(field, reached.get(field)) };
  });
  const fields = new Map<string, number>();
  for (const field of record.fields) {
    if (!paths.some((path) => field.tag === '880' || path.matchesTag(field.tag))) continue;
    const key = keyOf(field, reached.get(field));
    fields.set(key, (fields.get(key) ?? 0) + 1);
  }
  return { homes, fields };
}

/** Is it certain where the lost parts of the stored record belong in this one? */
export function hasPlaceFor(given: HiddenPlaces | undefined, stored: HiddenPlaces, lost: PathMask): boolean {
  return stored.homes.every(({ mask, rest }) => {
    if ((mask & lost) === 0n) return true;
    if (rest === undefined) return (mask & lost) === mask;
    const there = given?.fields.get(rest) ?? 0;
    // A second control field of a tag would be wrong, and characters of one are never put together.
    return isControl(rest) ? there === 0 : there === stored.fields.get(rest);
  });
}

/** The record with what the lost paths reach in the one before it. */
export function putBack(
  record: MarcRecord,
  before: MarcRecord,
  paths: readonly MarcPath[],
  lostPaths: readonly MarcPath[],
): MarcRecord {
  const hiddenBefore = reachedInScripts(before, paths);
  const hiddenHere = reachedInScripts(record, paths);
  const lost = reachedInScripts(before, lostPaths);
  const fields = [...record.fields];
  const homes = placesByKey(record, hiddenHere);
  const whole: Field[] = [];
  const seen = new Map<string, number>();
  for (const field of before.fields) {
    const key = keyOf(field, hiddenBefore.get(field));
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const back = lost.get(field);
    if (back === undefined) continue;
    if (field.value !== undefined || restOf(field, hiddenBefore.get(field)).length === 0) {
      whole.push({ ...field, subfields: field.subfields.filter((subfield) => back.has(subfield)) });
      continue;
    }
    const place = homes.get(key)?.[nth];
    if (place === undefined) throw new Error(`there is no field ${field.tag} for what is hidden in it`);
    const home = record.fields[place]!;
    fields[place] = joined(home, hiddenHere.get(home), field, hiddenBefore.get(field), back);
  }
  for (const field of whole) fields.splice(fields.findLastIndex(({ tag }) => tag <= field.tag) + 1, 0, field);
  return { leader: record.leader, fields };
}

/** Where the fields of each key stand in a record. A paper has thousands of authors. */
function placesByKey(
  record: MarcRecord,
  hidden: ReadonlyMap<Field, ReadonlySet<Subfield>>,
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  record.fields.forEach((field, place) => {
    const key = keyOf(field, hidden.get(field));
    const known = found.get(key);
    if (known === undefined) found.set(key, [place]);
    else known.push(place);
  });
  return found;
}

/** The field with subfields of another one of the same rest, between the same neighbours. */
function joined(
  home: Field,
  hiddenHome: ReadonlySet<Subfield> = noneReached,
  before: Field,
  hiddenBefore: ReadonlySet<Subfield> = noneReached,
  back: ReadonlySet<Subfield>,
): Field {
  const gaps: Subfield[][] = [[]];
  for (const subfield of before.subfields) {
    if (!hiddenBefore.has(subfield)) gaps.push([]);
    else if (back.has(subfield)) gaps.at(-1)!.push(subfield);
  }
  let gap = 0;
  const subfields: Subfield[] = [...gaps[0]!];
  for (const subfield of home.subfields) {
    subfields.push(subfield);
    if (!hiddenHome.has(subfield)) subfields.push(...gaps[++gap]!);
  }
  return { ...home, subfields };
}

function restOf(field: Field, hidden: ReadonlySet<Subfield> = noneReached): readonly Subfield[] {
  return field.subfields.filter((subfield) => !hidden.has(subfield));
}

function keyOf(field: Field, hidden: ReadonlySet<Subfield> | undefined): string {
  if (field.value !== undefined) return field.tag;
  const text = restOf(field, hidden)
    .map(({ code, value }) => `${code}${value.length} ${value}`)
    .join('');
  const digest = createHash('sha256').update(text).digest('base64url');
  return `${field.tag}${field.ind1}${field.ind2}${digest}`;
}

function isControl(key: string): boolean {
  return key.length === 3;
}
