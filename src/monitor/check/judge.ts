import type { CheckAnswer, CheckResult, CheckState, Finding, Measure } from './check.ts';
import { alerts, parseRange } from './ranges.ts';

/** What -w and -c say of the first measure. */
export interface Limits {
  readonly warning?: string | undefined;
  readonly critical?: string | undefined;
}

/** From the best to the worst: what is unknown may be well, what is critical is not. */
const order: readonly CheckState[] = ['ok', 'unknown', 'warning', 'critical'];

export function worst(states: readonly CheckState[]): CheckState {
  return order[Math.max(0, ...states.map((state) => order.indexOf(state)))]!;
}

export const exitStatuses: Readonly<Record<CheckState, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** Says what a finding means. Ranges that are given replace those of the first measure. */
export function judge({ atLeast = 'ok', sentence, measures = [], fix }: Finding, limits: Limits = {}): CheckAnswer {
  const limited = measures.map(
    (measure, at): Measure =>
      at > 0
        ? measure
        : {
            ...measure,
            ...(limits.warning === undefined ? {} : { warning: limits.warning }),
            ...(limits.critical === undefined ? {} : { critical: limits.critical }),
          },
  );
  const state = worst([atLeast, ...limited.map(stateOf)]);
  return { state, sentence, measures: limited, ...(state === 'ok' || fix === undefined ? {} : { fix }) };
}

function stateOf({ value, warning, critical }: Measure): CheckState {
  if (value === undefined) return 'ok';
  const isIn = (text: string | undefined): boolean => {
    const range = text === undefined ? undefined : parseRange(text);
    return range !== undefined && alerts(range, value);
  };
  if (isIn(critical)) return 'critical';
  return isIn(warning) ? 'warning' : 'ok';
}

/** What all checks found, the worst first. */
export function judged(
  results: readonly CheckResult[],
): readonly { readonly name: string; readonly answer: CheckAnswer; readonly when: number }[] {
  return results
    .map(({ name, finding, when }) => ({ name, answer: judge(finding), when }))
    .sort((a, b) => order.indexOf(b.answer.state) - order.indexOf(a.answer.state));
}

/**
 * While the database does not answer, what could not be found out for want of it is said in one
 * line and not in fourteen.
 */
export function withoutConsequences(results: readonly CheckResult[]): {
  readonly kept: readonly CheckResult[];
  /** Names of checks that need the database. */
  readonly waiting: readonly string[];
} {
  const database = results.find(({ name }) => name === 'database');
  if (database === undefined || judge(database.finding).state !== 'critical') return { kept: results, waiting: [] };
  const waits = ({ finding }: CheckResult): boolean =>
    judge(finding).state === 'unknown' && /database/i.test(finding.sentence);
  return { kept: results.filter((each) => !waits(each)), waiting: results.filter(waits).map(({ name }) => name) };
}
