import { chain, everything, type Leaf, leaf, type Query, step } from '../query/tree.ts';

/**
 * The conditions that a question wants, not those that it excludes nor those inside second-order
 * operators.
 */
export function wantedLeaves(query: Query): readonly Leaf[] {
  if (query.kind === 'chain') {
    return query.steps.flatMap((each) => (each.join === 'not' ? [] : wantedLeaves(each.query)));
  }
  return query.kind === 'everything' || query.kind === 'second-order' ? [] : [query];
}

/**
 * The question with some of its wanted conditions put differently: `change` gives what stands in
 * place of one, undefined leaves it out.
 */
export function rewriteWanted(query: Query, change: (leaf: Leaf) => Query | undefined): Query {
  return rewritten(query, change) ?? everything;
}

function rewritten(query: Query, change: (leaf: Leaf) => Query | undefined): Query | undefined {
  if (query.kind === 'everything' || query.kind === 'second-order') return query;
  if (query.kind !== 'chain') return change(query);
  const steps = query.steps.flatMap((each) => {
    const inner = each.join === 'not' ? each.query : rewritten(each.query, change);
    return inner === undefined ? [] : [step(each.join, inner)];
  });
  return steps.length === 0 ? undefined : chain(steps);
}

/** A condition with another text. */
export function withText(of: Leaf, text: string): Leaf {
  return of.kind === 'span' ? of : leaf({ ...of, text });
}
