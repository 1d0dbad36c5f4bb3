import { marcErrors } from '../errors.ts';
import { quote, RecordProblem, requireUtf8 } from '../problem.ts';
import type { ParsedRecord } from '../raw.ts';
import { controlField, dataField, type Field } from '../record.ts';
import { isControlTag } from '../validate.ts';

/** "000000001 245__ $$aTitle" (the number may be missing), and MarcEdit's "=245  10$aTitle". */
const ourLine = /^(?:\d+ )?([0-9A-Za-z]{3})(.)(.) (.*)$/su;
const mnemonicLine = /^=([0-9A-Za-z]{3}) {2}(.*)$/su;

/** One record of text MARC. Throws RecordProblem naming the line that is not text MARC. */
export function parseTextMarcRecord(bytes: Uint8Array): ParsedRecord {
  const text = requireUtf8(bytes);
  let leader = '';
  const fields: Field[] = [];
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const mnemonic = mnemonicLine.exec(line);
    if (mnemonic !== null && mnemonic[1] === 'LDR') leader = blanks(mnemonic[2]!);
    else fields.push(mnemonic === null ? ourField(line) : mnemonicField(mnemonic[1]!, mnemonic[2]!, line));
  }
  return { record: { leader, fields }, warnings: [] };
}

function ourField(line: string): Field {
  const [, tag, first, second, content] = ourLine.exec(line) ?? [];
  if (tag === undefined || first === undefined || second === undefined || content === undefined) throw notText(line);
  if (isControlTag(tag) || (!content.startsWith('$$') && /^[A-Za-z]/.test(tag))) return controlField(tag, content);
  const subfields = splitSubfields(content, '$$', line).map(([code, value]) => ({ code, value }));
  return dataField(tag, first === '_' ? ' ' : first, second === '_' ? ' ' : second, subfields);
}

function mnemonicField(tag: string, content: string, line: string): Field {
  if (isControlTag(tag) || !content.includes('$')) {
    if (!isControlTag(tag) && /^\d/.test(tag) && content.length !== 2) throw notText(line);
    if (isControlTag(tag) || content.length !== 2) return controlField(tag, named(blanks(content)));
  }
  const indicators = blanks(content.slice(0, 2));
  const subfields = splitSubfields(content.slice(2), '$', line).map(([code, value]) => ({ code, value: named(value) }));
  return dataField(tag, indicators[0] ?? '', indicators[1] ?? '', subfields);
}

function splitSubfields(content: string, delimiter: string, line: string): [code: string, value: string][] {
  const [before, ...parts] = content.split(delimiter);
  if (before !== '') throw notText(line);
  return parts.map((part) => [part.slice(0, 1), part.slice(1)]);
}

/** MarcEdit writes a blank as a backslash in indicators, control fields and the leader. */
function blanks(text: string): string {
  return text.replaceAll('\\', ' ');
}

const names: Readonly<Record<string, string>> = { dollar: '$', lcub: '{', rcub: '}', bsol: '\\' };

function named(text: string): string {
  return text.includes('{')
    ? text.replace(/\{(dollar|lcub|rcub|bsol)\}/g, (_, name: string) => names[name] ?? '')
    : text;
}

function notText(line: string): RecordProblem {
  return new RecordProblem(marcErrors.line, { line: quote(line) });
}
