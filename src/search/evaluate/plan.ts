import type { HitSet } from '../../index/snapshot.ts';
import type { Join } from '../query/tree.ts';
import type { Matcher } from './matcher.ts';

/**
 * What is asked of every segment: a question whose words have gone through the tokenizers of their
 * fields.
 */
export type Plan =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | TermPlan
  | MatchPlan
  | AdjacentPlan
  | { readonly kind: 'ids'; readonly from: number; readonly to: number }
  /** Seconds since 1970, `from` included, `below` not. */
  | { readonly kind: 'time'; readonly column: 'created' | 'modified'; readonly from: number; readonly below: number }
  /** Found beforehand, for what no segment can answer alone. */
  | { readonly kind: 'found'; readonly hits: HitSet }
  | { readonly kind: 'join'; readonly steps: readonly PlanStep[] };

export interface PlanStep {
  readonly join: Join;
  readonly plan: Plan;
}

/**
 * Where terms are looked up: one word space, or all spaces of a segment that hold the values of a
 * field or a MARC path.
 */
export type Place =
  | { readonly kind: 'words'; readonly space: string }
  | { readonly kind: 'field'; readonly code: string }
  | { readonly kind: 'path'; readonly path: string };

export interface TermPlan {
  readonly kind: 'term';
  readonly place: Place;
  readonly term: string;
}

export interface MatchPlan {
  readonly kind: 'match';
  readonly place: Place;
  readonly matcher: Matcher;
  /** As the asker typed it, for notices. */
  readonly text: string;
}

/**
 * Words at consecutive positions of one word space; each slot is a term, or a pattern for a slot
 * with `*`.
 */
export interface AdjacentPlan {
  readonly kind: 'adjacent';
  readonly space: string;
  readonly slots: readonly (string | MatchPlan)[];
  /** As the asker typed it, for notices. */
  readonly text: string;
}

export const all: Plan = { kind: 'all' };
/** Of a condition in which nothing can be searched for. */
export const leftOut: Plan = { kind: 'all' };
export const none: Plan = { kind: 'none' };

export function either(plans: readonly Plan[]): Plan {
  return joined('or', plans, none);
}

export function both(plans: readonly Plan[]): Plan {
  return joined('and', plans, all);
}

function joined(join: Join, plans: readonly Plan[], empty: Plan): Plan {
  const [first] = plans;
  if (first === undefined) return empty;
  if (plans.length === 1) return first;
  return { kind: 'join', steps: plans.map((plan, index) => ({ join: index === 0 ? 'and' : join, plan })) };
}
