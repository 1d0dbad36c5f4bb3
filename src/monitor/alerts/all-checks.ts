import type { CheckBoard } from '../check/board.ts';
import { judge } from '../check/judge.ts';
import type { Evaluate } from './alert.ts';

/**
 * What all checks found last. `own` finds some of them out now, without patience, but looks at less
 * of each: what either finds critical is.
 */
export function allChecks(board: Pick<CheckBoard, 'latest'>, own: Evaluate): Evaluate {
  return async () => {
    const found = await own();
    const latest = board.latest().map(({ name, finding }) => [name, judge(finding)] as const);
    const says = (name: string): boolean => found.get(name)?.state === 'critical';
    return new Map([
      ...found,
      ...latest.filter(([name, { state }]) => !found.has(name) || (state === 'critical' && !says(name))),
    ]);
  };
}
