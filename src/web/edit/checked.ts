import type { EditedText } from '../../marc/readers/text-edited.ts';
import type { PageContext } from '../ui/page-context.ts';
import { problemSays } from './text.ts';

/** What is to be said of a line of the editor. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** It cannot be saved so. */
  readonly refuses: boolean;
  readonly says: string;
}

/** All that is found in a text, in the order of its lines. Rules of the site will join here. */
export function findingsOf(context: PageContext, { problems }: EditedText): readonly Finding[] {
  return problems.map((one) => ({
    ...{ line: one.line, column: one.column, refuses: one.refuses },
    says: problemSays(context, one),
  }));
}
