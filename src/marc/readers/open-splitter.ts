import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';
import { defaultRecordLimit, type RawRecord, type Splitter } from '../raw.ts';
import { detectFormat } from './detect.ts';
import { utf16Encoding } from './encoding.ts';
import { type RecordFormat, readers } from './readers.ts';

export interface SplitOptions {
  /** Undefined: found out by the first bytes. */
  readonly format?: RecordFormat | undefined;
  /** A record over this is refused, in bytes. */
  readonly recordLimit?: number | undefined;
  /** A name of `requireEncoding`, for input whose own word for it is wrong. */
  readonly encoding?: string | undefined;
}

export interface OpenedSplitter {
  readonly format: RecordFormat;
  readonly splitter: Splitter;
}

/**
 * A splitter for an input that begins with these bytes (`detectionBytes` of them, or all there are;
 * not compressed). They are only looked at: push them too. Throws UserError for an unknown format
 * or XML encoding and for an empty input.
 */
export function openSplitter(start: Uint8Array, options: SplitOptions = {}): OpenedSplitter {
  const named = options.encoding;
  const wide = named === undefined ? utf16Encoding(start) : named.startsWith('utf-16') ? named : undefined;
  const text = wide === undefined ? start : Buffer.from(new TextDecoder(wide).decode(start));
  const format = options.format ?? detectFormat(text);
  const { split, encoding, name, keepsBytes, mayBeMarc8 } = readers[format];
  if (named === 'marc-8' && !mayBeMarc8) throw new UserError(marcErrors.notInFormat, { format: name });
  const splitter = split(options.recordLimit ?? defaultRecordLimit);
  if (wide !== undefined) return { format, splitter: transcoding(splitter, wide) };
  if (named !== undefined) {
    const asItIs = keepsBytes || named === 'utf-8' || named === 'marc-8';
    return { format, splitter: asItIs ? splitter : transcoding(splitter, named) };
  }
  const declared = encoding?.(start);
  return { format, splitter: declared === undefined ? splitter : unlessUtf8(splitter, declared) };
}

/**
 * Turns the input into UTF-8 on the way to the splitter, so that everything behind it knows one
 * encoding.
 */
function transcoding(splitter: Splitter, encoding: string): Splitter {
  const decoder = decoderFor(encoding);
  return {
    push: (chunk: Uint8Array): RawRecord[] => splitter.push(Buffer.from(decoder.decode(chunk, { stream: true }))),
    end: (): RawRecord[] => [...splitter.push(Buffer.from(decoder.decode())), ...splitter.end()],
  };
}

/**
 * The same, unless the first bytes that are not ASCII are UTF-8, which text in an encoding of one
 * byte for each character hardly ever is by chance: then it is read as what it is, and told.
 */
function unlessUtf8(splitter: Splitter, declared: string): Splitter {
  const other = transcoding(splitter, declared);
  if (decoderFor(declared).encoding === 'utf-8' || !isSingleByte(declared)) return other;
  let chosen: Splitter | undefined;
  const choose = (chunk: Uint8Array): { readonly by: Splitter; readonly notices: RawRecord[] } => {
    if (chosen !== undefined) return { by: chosen, notices: [] };
    if (isAscii(chunk)) return { by: other, notices: [] };
    chosen = isUtf8(wholeCharacters(chunk)) ? splitter : other;
    if (chosen === other) return { by: other, notices: [] };
    const notice = `The document declares the encoding ${declared}, but it is UTF-8 and was read as UTF-8 (--encoding ${declared} reads it as declared).`;
    return { by: splitter, notices: [{ position: 0, bytes: new Uint8Array(0), notice }] };
  };
  return {
    push: (chunk) => {
      const { by, notices } = choose(chunk);
      return [...notices, ...by.push(chunk)];
    },
    end: () => (chosen ?? other).end(),
  };
}

/** Without a character at the end whose bytes are not all there. */
function wholeCharacters(chunk: Uint8Array): Uint8Array {
  let end = chunk.length;
  while (end > 0 && chunk.length - end < 3 && (chunk[end - 1]! & 0xc0) === 0x80) end -= 1;
  return end > 0 && chunk[end - 1]! >= 0xc0 ? chunk.subarray(0, end - 1) : chunk;
}

function isSingleByte(encoding: string): boolean {
  return decoderFor(encoding).decode(Uint8Array.of(0xe4, 0xe5)).length === 2;
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (error) {
    throw new UserError(marcErrors.encoding, { encoding }, error);
  }
}
