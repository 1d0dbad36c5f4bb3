import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { printLeaf } from '../query/print.ts';
import { allLeavesOf, type Leaf, type Query } from '../query/tree.ts';
import { type CataloguerQuestion, cataloguerKey } from './changed-by.ts';
import { type Context, notify } from './context.ts';
import { spanOfDate } from './dates.ts';
import { none, type Plan } from './plan.ts';

/**
 * "ada", "ada:2012-05", "ada:2012-01->2012-06" with either end open; undefined when its dates are
 * none.
 */
export function cataloguerOf(leaf: Leaf): CataloguerQuestion | undefined {
  const text = leaf.kind === 'span' ? `${leaf.from ?? ''}->${leaf.to ?? ''}` : leaf.text;
  const [, name = '', first, arrow, last] = /^(.*?)(?::\s*([\d-]*)(?:(->)([\d-]*))?)?$/s.exec(text.trim()) ?? [];
  if (name === '') return undefined;
  if (first === undefined || (first === '' && arrow === undefined)) {
    return name.includes('->') ? undefined : { name, from: 0, below: Number.POSITIVE_INFINITY };
  }
  const from = first === '' ? { from: 0 } : spanOfDate(first);
  const until =
    arrow === undefined
      ? spanOfDate(first)
      : last === ''
        ? { below: Number.POSITIVE_INFINITY }
        : spanOfDate(last ?? '');
  return from === undefined || until === undefined ? undefined : { name, from: from.from, below: until.below };
}

/** All that a question asks about cataloguers, wherever it stands in it. */
export function cataloguersIn(query: Query): readonly CataloguerQuestion[] {
  return allLeavesOf(query).flatMap((leaf) => (leaf.field === 'cataloguer' ? (cataloguerOf(leaf) ?? []) : []));
}

/**
 * For those who may not ask it finds nothing and says the same of every name, so that no answer
 * tells who is a cataloguer.
 */
export function cataloguerPlan(leaf: Leaf, context: Context): Plan {
  if (context.changedBy === undefined) {
    notify(context, { kind: 'unknown-field', text: leaf.field });
    return none;
  }
  const asked = cataloguerOf(leaf);
  if (asked === undefined) {
    notify(context, { kind: 'bad-date', text: printLeaf(leaf) });
    return none;
  }
  const ids = context.changedBy.get(cataloguerKey(asked)) ?? new Uint32Array(0);
  return { kind: 'found', hits: context.snapshot.segments.map(({ segment }) => ordinalsOf(segment.ids, ids)) };
}

/** Both ascending. */
export function ordinalsOf(
  held: IndexSnapshot['segments'][number]['segment']['ids'],
  ids: Uint32Array,
): RoaringBitmap32 {
  const found = new Uint32Array(Math.min(held.length, ids.length));
  let count = 0;
  for (let ordinal = 0, at = 0; ordinal < held.length && at < ids.length; ) {
    const difference = held[ordinal]! - ids[at]!;
    if (difference === 0) found[count++] = ordinal;
    if (difference <= 0) ordinal++;
    if (difference >= 0) at++;
  }
  return new RoaringBitmap32(found.subarray(0, count));
}
