import { type Context, notify } from './context.ts';
import type { Matcher } from './matcher.ts';
import type { MatchPlan, Place } from './plan.ts';

/**
 * Different patterns of a question. One that begins with three letters reads a small part of a
 * dictionary: it does not count.
 */
export const mostPatterns = 50;
const narrowFrom = 3;

/**
 * Undefined when the question has too many others already, which the asker is told. `key` says all
 * that decides what `make` makes.
 */
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
