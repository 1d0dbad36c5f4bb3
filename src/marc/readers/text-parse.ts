import { asBuffer } from '../bytes.ts';
import { marcErrors } from '../errors.ts';
import { decodeMarc8 } from '../marc8/decode.ts';
import { quote, RecordProblem, requireUtf8 } from '../problem.ts';
import type { ParsedRecord } from '../raw.ts';
import { controlField, dataField, type Field } from '../record.ts';
import { isControlTag } from '../validate.ts';
import { withoutMnemonics } from './mnemonics.ts';

/** "000000001 245__ $$aTitle" (the number may be missing), and MarcEdit's "=245  10$aTitle". */
const ourLine = /^(?:\d+ )?([0-9A-Za-z]{3})(.)(.) (.*)$/su;
const mnemonicLine = /^=([0-9A-Za-z]{3}) {2}(.*)$/su;

/** One record of text MARC. Throws RecordProblem naming the line that is not text MARC. */
export function parseTextMarcRecord(bytes: Uint8Array, encoding?: string): ParsedRecord {
  const text = encoding === 'marc-8' ? textOfMarc8(bytes) : requireUtf8(bytes);
  let leader = '';
  const fields: Field[] = [];
  const unknown = new Set<string>();
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const parsed = parseTextLine(line, unknown);
    if (typeof parsed === 'string') leader = parsed;
    else fields.push(parsed);
  }
  const named = [...unknown].slice(0, mostNamed).join(' ');
  const warnings =
    unknown.size === 0
      ? []
      : [
          `holds mnemonics that are not known and were kept as they are: ${named}${unknown.size > mostNamed ? ' …' : ''}`,
        ];
  return { record: { leader, fields }, warnings };
}

/**
 * A field, or the leader as a string. Throws RecordProblem when it is neither. `unknown` gets the
 * mnemonics that nobody knows.
 */
export function parseTextLine(line: string, unknown: Set<string>): Field | string {
  const mnemonic = mnemonicLine.exec(line);
  if (mnemonic === null) return ourField(line);
  return mnemonic[1] === 'LDR' ? blanks(mnemonic[2]!) : mnemonicField(mnemonic[1]!, mnemonic[2]!, line, unknown);
}

/** Of unknown mnemonics this many are named. */
const mostNamed = 5;

function textOfMarc8(bytes: Uint8Array): string {
  const lines = asBuffer(bytes).toString('latin1').split('\n');
  return lines.map((line) => decodeMarc8(line).text).join('\n');
}

/** "FMT__ BK", and not the beginning of a sentence. */
function isPlainLine(tag: string, indicators: string): boolean {
  return /^[A-Za-z]/.test(tag) && /^[ _\d]{2}$/.test(indicators);
}

function ourField(line: string): Field {
  const [, tag, first, second, content] = ourLine.exec(line) ?? [];
  if (tag === undefined || first === undefined || second === undefined || content === undefined) throw notText(line);
  if (isControlTag(tag) || (!content.startsWith('$$') && isPlainLine(tag, first + second)))
    return controlField(tag, content);
  const subfields = splitSubfields(content, '$$', line).map(([code, value]) => ({ code, value }));
  return dataField(tag, first === '_' ? ' ' : first, second === '_' ? ' ' : second, subfields);
}

function mnemonicField(tag: string, content: string, line: string, unknown: Set<string>): Field {
  const named = (text: string): string => withoutMnemonics(text, (mnemonic) => unknown.add(mnemonic));
  if (isControlTag(tag) || !content.includes('$')) {
    if (!isControlTag(tag) && /^\d/.test(tag) && content.length !== 2) throw notText(line);
    if (isControlTag(tag) || content.length !== 2) return controlField(tag, named(blanks(content)));
  }
  const indicators = blanks(content.slice(0, 2));
  const subfields = splitSubfields(content.slice(2), '$', line).map(([code, value]) => ({ code, value: named(value) }));
  return dataField(tag, indicators[0] ?? '', indicators[1] ?? '', subfields);
}

/** Also as a subfield code. */
const dollar = '{dollar}';

function splitSubfields(content: string, delimiter: string, line: string): [code: string, value: string][] {
  const [before, ...parts] = content.split(delimiter);
  if (before !== '') throw notText(line);
  return parts.map((part) =>
    delimiter === '$' && part.startsWith(dollar) ? ['$', part.slice(dollar.length)] : [part.slice(0, 1), part.slice(1)],
  );
}

/** MarcEdit writes a blank as a backslash in indicators, control fields and the leader. */
function blanks(text: string): string {
  return text.replaceAll('\\', ' ');
}

function notText(line: string): RecordProblem {
  return new RecordProblem(marcErrors.line, { line: quote(line) });
}
