import { UserError } from '../../errors/errors.ts';
import { type EditedText, type LineProblem, readEditedText } from '../../marc/readers/text-edited.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import type { PageContext } from '../ui/page-context.ts';
import { editErrors } from './errors.ts';

/** Characters of a record that the editor takes: a paper by 3,000 authors has 300,000. */
export const longestText = 4_000_000;
/** Bytes of a form with such a text, in which a letter of other scripts takes nine. */
export const largestForm = 16 * 1024 * 1024;

/** A version as this person may see and edit it. Throws when it is too long. */
export function textOf(exchange: Exchange, version: ReadVersion): string {
  const text = toCompleteTextMarc(visibleRecord(exchange, version.record));
  const size = text.length + version.leftOut;
  if (version.leftOut > 0 || size > longestText) throw new UserError(editErrors.tooLong, { size, most: longestText });
  return text;
}

/** What was typed, read. Throws when it is too long. */
export function readText(text: string): EditedText {
  if (text.length > longestText) throw new UserError(editErrors.tooLong, { size: text.length, most: longestText });
  return readEditedText(text);
}

/** A problem in the words of the reader's language. */
export function problemSays({ tr }: PageContext, { fault, text, refuses }: LineProblem): string {
  const key = `edit.fault.${fault}${refuses || !tr.has(`edit.fault.${fault}_odd`) ? '' : '_odd'}`;
  return tr.t(key, { text: text.trim() });
}
