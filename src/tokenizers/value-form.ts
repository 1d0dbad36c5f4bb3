import { withoutIsbd } from '../marc/isbd.ts';
import { foldValue } from './fold.ts';

/**
 * A whole value as value spaces ("v:", "m:", "c:") hold it, and as a question asks for it: folded,
 * without the punctuation that only separates it from what comes next in a record. So "Naval
 * weapons." and "naval weapons" are one value.
 */
export function valueForm(text: string): string {
  return withoutIsbd(foldValue(text));
}
