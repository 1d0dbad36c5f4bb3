import { printLeaf } from '../query/print.ts';
import type { Leaf } from '../query/tree.ts';
import { type Context, notify } from './context.ts';
import { none, type Plan } from './plan.ts';

/**
 * The whole numbers that a leaf means, both ends included; undefined when it is not about numbers.
 */
export function numberEnds(leaf: Leaf): readonly [number, number] | undefined {
  const texts = leaf.kind === 'span' ? [leaf.from ?? '0', leaf.to ?? 'Infinity'] : [leaf.text, leaf.text];
  const [from, to] = texts.map((text) => (/^\s*(?:\d+|Infinity)\s*$/.test(text) ? Number(text) : Number.NaN));
  return from === undefined || to === undefined || Number.isNaN(from + to) ? undefined : [from, to];
}

export function badNumber(leaf: Leaf, context: Context): Plan {
  notify(context, { kind: 'bad-number', text: printLeaf(leaf) });
  return none;
}

/** Says that a range ends before it begins, and how it would be the right way round. */
export function tellReversed(leaf: Leaf, context: Context): void {
  if (leaf.kind !== 'span') return;
  const turned = { ...leaf, from: leaf.to, to: leaf.from };
  notify(context, { kind: 'reversed-range', text: printLeaf(leaf), detail: printLeaf(turned) });
}
