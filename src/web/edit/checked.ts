import type { EditedText } from '../../marc/readers/text-edited.ts';
import type { PageContext } from '../ui/page-context.ts';
import type { Finding } from './finding.ts';
import { tagFindings } from './tag-findings.ts';
import { problemSays } from './text.ts';

/** All that is found in a text, in the order of its lines. Rules of the site will join here. */
export function findingsOf(context: PageContext, text: string, edited: EditedText): readonly Finding[] {
  const problems = edited.problems.map((one) => ({
    ...{ line: one.line, column: one.column, refuses: one.refuses },
    says: problemSays(context, one),
  }));
  const all = [...problems, ...tagFindings(context, text, edited)];
  return all.sort((a, b) => a.line - b.line || a.column - b.column);
}
