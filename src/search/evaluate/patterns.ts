import type { AdjacentPlan, MatchPlan } from './plan.ts';

/**
 * The wildcards, spans and regular expressions of one question, and of those that stand beside its
 * answer. Equal ones are one plan, so that each is read and looked up once.
 */
export interface Patterns {
  /**
   * When they must have read enough of the dictionaries, in milliseconds of `performance.now()`.
   */
  readonly deadline: number;
  readonly plans: Map<string, MatchPlan>;
  /** Those of `plans` that count. */
  readonly broad: Set<string>;
  /** Phrases, equal ones once. */
  readonly phrases: Map<string, AdjacentPlan>;
  /** What has been done that a question may have only so much of. */
  readonly done: { places: number; citations: number };
}

export function createPatterns(milliseconds: number): Patterns {
  return {
    deadline: performance.now() + milliseconds,
    plans: new Map(),
    broad: new Set(),
    phrases: new Map(),
    done: { places: 0, citations: 0 },
  };
}
