import type { Field, MarcRecord } from './record.ts';

/** What of a record people write: all but 001 and 005, which are the library's. */

/** Equal for fields that are identical: tag, indicators, codes, values and their order. */
export function fieldKey({ tag, ind1, ind2, value, subfields }: Field): string {
  if (value !== undefined) return `${tag}=${value}`;
  let key = `${tag}${ind1}${ind2}`;
  // With its length, so that no value can look like two.
  for (const { code, value: text } of subfields) key += `${code}${text.length} ${text}`;
  return key;
}

export function isOfLibrary({ tag, value }: Field): boolean {
  return value !== undefined && (tag === '001' || tag === '005');
}

/**
 * The same fields, those of each tag in the same order, and the same leader. How the tags follow
 * each other does not count.
 */
export function sameContent(one: MarcRecord, other: MarcRecord): boolean {
  if (leaderContent(one.leader) !== leaderContent(other.leader)) return false;
  const [a, b] = [one, other].map(({ fields }) => fields.filter((field) => !isOfLibrary(field)));
  if (a!.length !== b!.length) return false;
  const [left, right] = sameTags(a!, b!) ? [a!, b!] : [byTag(a!), byTag(b!)];
  return left.every((field, place) => fieldKey(field) === fieldKey(right[place]!));
}

/** Without the numbers of bytes, which belong to one ISO 2709 file and not to the record. */
export function leaderContent(leader: string): string {
  return leader.length === 24 ? `     ${leader.slice(5, 12)}     ${leader.slice(17)}` : leader;
}

function sameTags(one: readonly Field[], other: readonly Field[]): boolean {
  return one.every(({ tag }, place) => tag === other[place]!.tag);
}

function byTag(fields: readonly Field[]): readonly Field[] {
  return fields.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0));
}

/**
 * The fields with others: each behind the last one of its tag, else before the first of a higher
 * tag. Those that are there do not move against each other.
 */
export function withPlaced(fields: readonly Field[], added: readonly Field[]): readonly Field[] {
  if (added.length === 0) return fields;
  const waiting = Map.groupBy(added, ({ tag }) => tag);
  const last = new Map(fields.map(({ tag }, place) => [tag, place]));
  const placed: Field[] = [];
  const fresh = [...waiting.keys()].filter((tag) => !last.has(tag)).sort();
  fields.forEach((field, place) => {
    while (fresh.length > 0 && fresh[0]! < field.tag) for (const one of waiting.get(fresh.shift()!)!) placed.push(one);
    placed.push(field);
    if (last.get(field.tag) === place) for (const one of waiting.get(field.tag) ?? []) placed.push(one);
  });
  return [...placed, ...fresh.flatMap((tag) => waiting.get(tag)!)];
}
