import { type Context, notify } from './context.ts';
import type { Matcher } from './matcher.ts';
import type { AdjacentPlan, MatchPlan, Place } from './plan.ts';

/**
 * The wildcards, spans and regular expressions of one question, and of those that stand beside its answer. Equal ones are one plan, so that each is read and
 * looked up once.
 */
export interface Patterns {
  /** When they must have read enough of the dictionaries, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  readonly plans: Map<string, MatchPlan>;
  /** Those of `plans` that count. */
  readonly broad: Set<string>;
  /** Phrases, equal ones once. */
  readonly phrases: Map<string, AdjacentPlan>;
  /** What has been done that a question may have only so much of. */
  readonly done: { places: number; citations: number };
}

/** Different patterns of a question. One that begins with three letters reads a small part of a dictionary: it does not count. */
export const mostPatterns = 50;
const narrowFrom = 3;

export function createPatterns(milliseconds: number): Patterns {
  return {
    deadline: performance.now() + milliseconds,
    plans: new Map(),
    broad: new Set(),
    phrases: new Map(),
    done: { places: 0, citations: 0 },
  };
}

/** Undefined when the question has too many others already, which the asker is told. `key` says all that decides what `make` makes. */
export function patternPlan(
  context: Context,
  place: Place,
  key: string,
  make: () => Matcher,
  text: string,
): MatchPlan | undefined {
  const { plans, broad } = context.patterns;
  const whole = JSON.stringify([place, key]);
  const known = plans.get(whole);
  if (known !== undefined) return known;
  const matcher = make();
  if (matcher.from.length < narrowFrom) {
    if (broad.size >= mostPatterns) {
      notify(context, { kind: 'many-patterns', text: '', limit: mostPatterns });
      return undefined;
    }
    broad.add(whole);
  }
  const plan: MatchPlan = { kind: 'match', place, matcher, text };
  plans.set(whole, plan);
  return plan;
}
