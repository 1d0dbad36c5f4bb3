import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';
import { quote } from '../problem.ts';
import { type RecordFormat, readers, recordFormats } from './readers.ts';

/**
 * What is enough to recognise any format, unless more white space than that stands first. In bytes.
 */
export const detectionBytes = 4096;

/** Is this the beginning of gzip data? */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * The format of an input by its first bytes (up to `detectionBytes`, or all). Throws UserError when
 * it is none, or nothing.
 */
export function detectFormat(start: Uint8Array): RecordFormat {
  const text = new TextDecoder().decode(start).replace(/^[\s\0\ufeff]+/, '');
  if (text === '') throw new UserError(marcErrors.empty);
  const found = recordFormats.find((format) => readers[format].recognises(text));
  if (found !== undefined) return found;
  throw new UserError(marcErrors.format, { start: quote(text.slice(0, 40)) });
}
