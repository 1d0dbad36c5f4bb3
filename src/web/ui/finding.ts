import type { Finding } from '../../marc/checks/rule.ts';
import type { PageContext } from './page-context.ts';

/** What was found in a record, in the words of the reader's language. */
export function findingSays(
  { tr }: PageContext,
  { fault, path, text, to }: Pick<Finding, 'fault' | 'path' | 'text' | 'to'>,
): string {
  const key = fault === 'missing' && to.includes(', ') ? 'missing_any' : fault.replaceAll('-', '_');
  return tr.t(`checks.fault.${key}`, { path, text, to, code: path.at(-1) ?? '' });
}
