import type { Leaf, Query } from '../query/tree.ts';
import { ordinalsOf } from './cataloguer.ts';
import { type Context, notify } from './context.ts';
import { none, type Plan } from './plan.ts';

export function ruleOfFinding(leaf: Leaf): string {
  return leaf.kind === 'span' ? '' : leaf.text.trim().toLowerCase();
}

/** All rules that a question names, wherever it does. */
export function findingsIn(query: Query): readonly string[] {
  switch (query.kind) {
    case 'everything':
      return [];
    case 'chain':
      return query.steps.flatMap((step) => findingsIn(step.query));
    case 'second-order':
      return findingsIn(query.inner);
    default:
      return query.field === 'finding' ? [ruleOfFinding(query)] : [];
  }
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
