import { TextDecoder } from 'node:util';
import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';

const decoders = new Map<string, TextDecoder>();

/** A decoder for whole values; the name is one of `requireEncoding`. */
export function decoderNamed(name: string): TextDecoder {
  let decoder = decoders.get(name);
  if (decoder === undefined) {
    decoder = new TextDecoder(name);
    decoders.set(name, decoder);
  }
  return decoder;
}

/** The one name of an encoding that somebody gave: "marc-8", or TextDecoder's. Throws UserError. */
export function requireEncoding(name: string): string {
  const given = name.trim().toLowerCase();
  if (/^(?:marc-?8|ansel)$/.test(given)) return 'marc-8';
  try {
    return new TextDecoder(given).encoding;
  } catch (error) {
    throw new UserError(marcErrors.encodingName, { encoding: name }, error);
  }
}

/** UTF-16, told by its mark or by the zeros beside the first character; for TextDecoder. */
export function utf16Encoding(start: Uint8Array): string | undefined {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (second === 0 && isFirstOfText(first) && start[3] === 0) return 'utf-16le';
  return first === 0 && isFirstOfText(second) && start[2] === 0 ? 'utf-16be' : undefined;
}

/** "<", "{", "[", "=" or a digit: with one of them begins what is read. */
function isFirstOfText(byte: number | undefined): boolean {
  return byte === 0x3c || byte === 0x7b || byte === 0x5b || byte === 0x3d || (byte! >= 0x30 && byte! <= 0x39);
}

/** Name of the encoding of XML that begins so, if it is not UTF-8; for TextDecoder. */
export function xmlEncoding(start: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(start.subarray(0, 400));
  const declared = /^(?:ï»¿)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]?.toLowerCase();
  // A document that is read byte by byte so far cannot be UTF-16, whatever it declares.
  return declared === undefined || /^(utf-?8|us-ascii|ascii|utf-?16.*)$/.test(declared) ? undefined : declared;
}
