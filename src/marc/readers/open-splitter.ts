import { TextDecoder } from 'node:util';
import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';
import { defaultRecordLimit, type RawRecord, type Splitter } from '../raw.ts';
import { detectFormat } from './detect.ts';
import { type RecordFormat, readers } from './readers.ts';

export interface SplitOptions {
  /** Undefined: found out by the first bytes. */
  readonly format?: RecordFormat | undefined;
  /** A record over this is refused, in bytes. */
  readonly recordLimit?: number | undefined;
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
  const format = options.format ?? detectFormat(start);
  const { split, encoding } = readers[format];
  const splitter = split(options.recordLimit ?? defaultRecordLimit);
  const other = encoding?.(start);
  return { format, splitter: other === undefined ? splitter : transcoding(splitter, other) };
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

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (error) {
    throw new UserError(marcErrors.encoding, { encoding }, error);
  }
}
