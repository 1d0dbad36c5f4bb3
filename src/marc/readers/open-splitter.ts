import { TextDecoder } from 'node:util';
import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';
import { defaultRecordLimit, type RawRecord, type RecordFormat, type Splitter } from '../raw.ts';
import { detectFormat, xmlEncoding } from './detect.ts';
import { splitIso2709 } from './iso2709-split.ts';
import { splitMarcJson } from './json-split.ts';
import { splitMarcXml } from './marcxml-split.ts';
import { splitTextMarc } from './text-split.ts';

export interface SplitOptions {
  /** Undefined: found out by the first bytes. */
  readonly format?: RecordFormat | undefined;
  /** A record over this is refused, in bytes. */
  readonly recordLimit?: number | undefined;
}

const splitters: Readonly<Record<RecordFormat, (limit: number) => Splitter>> = {
  marcxml: splitMarcXml,
  iso2709: splitIso2709,
  json: splitMarcJson,
  text: splitTextMarc,
};

/**
 * A splitter for an input that begins with these bytes (`detectionBytes` of them, or all there are; not compressed).
 * They are only looked at: push them too. Throws UserError for an unknown format or XML encoding and for an empty
 * input.
 */
export function openSplitter(start: Uint8Array, options: SplitOptions = {}): Splitter {
  const format = options.format ?? detectFormat(start);
  const splitter = splitters[format](options.recordLimit ?? defaultRecordLimit);
  const encoding = format === 'marcxml' ? xmlEncoding(start) : undefined;
  return encoding === undefined ? splitter : transcoding(splitter, encoding);
}

/** Turns the input into UTF-8 on the way to the splitter, so that everything behind it knows one encoding. */
function transcoding(splitter: Splitter, encoding: string): Splitter {
  const decoder = decoderFor(encoding);
  return {
    format: splitter.format,
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
