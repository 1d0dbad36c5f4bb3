import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';
import { quote } from '../problem.ts';
import type { RecordFormat } from '../raw.ts';

/** What is enough to recognise any format, unless more white space than that stands first. In bytes. */
export const detectionBytes = 4096;

/** Is this the beginning of gzip data? */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * The format of an input by its first bytes (up to `detectionBytes`, or all). Throws UserError when it is none, or
 * nothing.
 */
export function detectFormat(start: Uint8Array): RecordFormat {
  if (hasUtf16Start(start)) return 'marcxml';
  const text = new TextDecoder().decode(start).trimStart();
  if (text === '') throw new UserError(marcErrors.empty);
  if (text.startsWith('<')) return 'marcxml';
  if (/^[[{]/.test(text)) return 'json';
  if (/^[\d ]{5}.{7}\d{5}/s.test(text) || text.includes('\x1e')) return 'iso2709';
  if (/^(?:\d+ [0-9A-Za-z]{3}|[0-9A-Za-z]{3}.. \S|=[0-9A-Za-z]{3} {2})/.test(text)) return 'text';
  throw new UserError(marcErrors.format, { start: quote(text.slice(0, 40)) });
}

/** Name of the encoding of XML that begins so, if it is not UTF-8; for TextDecoder. */
export function xmlEncoding(start: Uint8Array): string | undefined {
  if (hasUtf16Start(start)) return start[0] === 0xff || start[1] === 0 ? 'utf-16le' : 'utf-16be';
  const head = new TextDecoder('latin1').decode(start.subarray(0, 400));
  const declared = /^(?:ï»¿)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]?.toLowerCase();
  // A document that is read byte by byte so far cannot be UTF-16, whatever it declares.
  return declared === undefined || /^(utf-?8|us-ascii|ascii|utf-?16.*)$/.test(declared) ? undefined : declared;
}

function hasUtf16Start(start: Uint8Array): boolean {
  const [first, second] = start;
  const mark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return mark || (first === 0x3c && second === 0) || (first === 0 && second === 0x3c);
}
