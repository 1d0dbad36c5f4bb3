import { allLeavesOf, type Leaf, type Query } from '../query/tree.ts';
import { ordinalsOf } from './cataloguer.ts';
import { type Context, notify } from './context.ts';
import { none, type Plan } from './plan.ts';

export function ruleOfFinding(leaf: Leaf): string {
  return leaf.kind === 'span' ? '' : leaf.text.trim().toLowerCase();
}

/** All rules that a question names, wherever it does. */
export function findingsIn(query: Query): readonly string[] {
  return allLeavesOf(query)
    .filter(({ field }) => field === 'finding')
    .map(ruleOfFinding);
}

/** For those who may not ask it there is no such field. */
export function findingPlan(leaf: Leaf, context: Context): Plan {
  if (context.foundBy === undefined) {
    notify(context, { kind: 'unknown-field', text: leaf.field });
    return none;
  }
  const ids = context.foundBy.get(ruleOfFinding(leaf)) ?? new Uint32Array(0);
  return { kind: 'found', hits: context.snapshot.segments.map(({ segment }) => ordinalsOf(segment.ids, ids)) };
}
