import type { CheckBoard } from '../check/board.ts';
import { judge } from '../check/judge.ts';
import type { Evaluate } from './alert.ts';

/**
 * What all checks found last; in the place of some the answers of `own`, which are found out now,
 * without patience.
 */
export function allChecks(board: Pick<CheckBoard, 'latest'>, own: Evaluate): Evaluate {
  return async () => {
    const latest = board.latest().map(({ name, finding }) => [name, judge(finding)] as const);
    return new Map([...latest, ...(await own())]);
  };
}
