import { fieldKey, isOfLibrary, withPlaced } from '../marc/content.ts';
import type { Field, MarcRecord } from '../marc/record.ts';

/** What an upload asks for; `decide` says for which records it may. */
export const writeModes = ['insert', 'replace', 'insert-or-replace', 'correct', 'append', 'delete', 'hold'] as const;
export type WriteMode = (typeof writeModes)[number];

/** What the site file says of modes. */
export interface ModeRules {
  /** Tags whose fields stay when a record that replaces another one has none of them. */
  readonly strongTags: readonly string[];
  /** Paths of the source of a field: `correct` replaces fields of the same source only. */
  readonly provenancePaths: readonly string[];
}

/** Modes that bring some fields of a record: they are no versions themselves. */
export function isPartial(mode: WriteMode): boolean {
  return mode === 'correct' || mode === 'append' || mode === 'delete';
}

/** Does 005 of the input say which version it was made from? */
export function looksAtStamp(mode: WriteMode): boolean {
  return mode === 'replace' || mode === 'insert-or-replace' || mode === 'correct';
}

/** What a mode makes of the record that is there and the one that comes. */
export function applyMode(mode: WriteMode, current: MarcRecord, incoming: MarcRecord, rules: ModeRules): MarcRecord {
  if (!isPartial(mode)) return replaced(current, incoming, rules);
  const given = incoming.fields.filter((field) => !isOfLibrary(field));
  if (mode === 'delete') {
    // 003 beside 001 says which record is meant, as 001 does.
    const isNamed = incoming.fields.some(({ tag }) => tag === '001');
    const gone = isNamed ? given.filter(({ tag }) => tag !== '003') : given;
    return { leader: current.leader, fields: without(current.fields, gone) };
  }
  const change = mode === 'correct' ? corrected : appended;
  return { leader: current.leader, fields: change(current.fields, given, rules) };
}

function replaced(current: MarcRecord, incoming: MarcRecord, { strongTags }: ModeRules): MarcRecord {
  const brought = new Set(incoming.fields.map(({ tag }) => tag));
  const kept = current.fields.filter(({ tag }) => strongTags.includes(tag) && !brought.has(tag));
  return { leader: incoming.leader, fields: withPlaced(incoming.fields, kept) };
}

/**
 * For each tag with its indicators that comes, all such fields go and those that come stand there.
 */
function corrected(
  current: readonly Field[],
  given: readonly Field[],
  { provenancePaths }: ModeRules,
): readonly Field[] {
  const groupOf = (field: Field): string => {
    const { tag, ind1, ind2 } = field;
    const path = provenancePaths.find((one) => isOfPath(field, one));
    return JSON.stringify([tag, ind1, ind2, path === undefined ? [] : valuesAt(field, path.charAt(5))]);
  };
  const hit = new Set(given.map(groupOf));
  const come = given.filter((field) => !isRemoval(field));
  const controls = Map.groupBy(come.filter(isControl), ({ tag }) => tag);
  const rest = current.flatMap((field) => {
    if (isOfLibrary(field) || !hit.has(groupOf(field))) return [field];
    // Control fields stand where they stood: readers of them count on their order.
    const instead = isControl(field) ? (controls.get(field.tag) ?? []) : [];
    controls.delete(field.tag);
    return instead;
  });
  const placed = new Set(rest);
  return withPlaced(
    rest,
    come.filter((field) => !placed.has(field)),
  );
}

/** What is not there identically comes; a control field only where there is none. */
function appended(current: readonly Field[], given: readonly Field[]): readonly Field[] {
  const there = new Set(current.map(fieldKey));
  const controls = new Set(current.filter(isControl).map(({ tag }) => tag));
  return withPlaced(
    current,
    given.filter((field) => !there.has(fieldKey(field)) && !(isControl(field) && controls.has(field.tag))),
  );
}

function without(current: readonly Field[], given: readonly Field[]): readonly Field[] {
  const gone = new Set(given.map(fieldKey));
  return current.filter((field) => isOfLibrary(field) || !gone.has(fieldKey(field)));
}

/** `$0 __DELETE_FIELDS__`: fields with this tag and these indicators go, and none come. */
export function isRemoval({ subfields }: Field): boolean {
  return subfields.some(({ code, value }) => code === '0' && value === '__DELETE_FIELDS__');
}

function isControl({ value }: Field): boolean {
  return value !== undefined;
}

/** Tag and indicators of a path such as 6531_9; "%" is any character. */
function isOfPath({ tag, ind1, ind2, value }: Field, path: string): boolean {
  if (value !== undefined) return false;
  const written = `${tag}${ind1}${ind2}`.replaceAll(' ', '_');
  return Array.from(written).every((character, place) => path[place] === '%' || path[place] === character);
}

function valuesAt({ subfields }: Field, code: string): readonly string[] {
  return subfields.filter((subfield) => subfield.code === code).map(({ value }) => value);
}
