import { ask } from '../../access/ask.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { decodeStored } from '../../marc/stored.ts';
import type { Person } from '../../people/person.ts';
import { emptyRequest } from '../../search/request.ts';

/** Whoever restores a library may see all of it. */
const everybody: Person = { name: undefined, roles: [], grants: [{ role: 'drill', may: 'everything' }] };

/** Numbers of all records that a question finds. */
function found(snapshot: IndexSnapshot, text: string): ReadonlySet<number> {
  return new Set(ask(snapshot, everybody, { ...emptyRequest, text, size: Number.POSITIVE_INFINITY }).ids);
}

/** How many records are found when nothing is asked for. */
export function allFound(snapshot: IndexSnapshot): number {
  return ask(snapshot, everybody, { ...emptyRequest, size: 1 }).total;
}

/** Whether a record is among those that have the words of its title; undefined: it has no title. */
export function isFoundByTitle(snapshot: IndexSnapshot, id: number, marc: string): boolean | undefined {
  const title = decodeStored(marc)
    .fields.filter((field) => 'subfields' in field && field.tag === '245')
    .flatMap((field) => ('subfields' in field ? field.subfields : []))
    .find(({ code }) => code === 'a')?.value;
  const words = title?.match(/[\p{L}\p{N}]{2,}/gu)?.slice(0, 6);
  if (words === undefined) return undefined;
  return found(snapshot, words.map((word) => `"${word}"`).join(' ')).has(id);
}
