import { RecordProblem } from '../problem.ts';
import type { Field, MarcRecord } from '../record.ts';
import { fieldProblem } from '../validate.ts';
import { parseTextLine } from './text-parse.ts';

/**
 * Text MARC as a person types it: one record, one line a field, what is wrong with each line. Lines
 * that are right are read whatever stands around them.
 */

export const lineFaults = [
  'tag',
  'indicators',
  'space',
  'subfield',
  'code',
  'mnemonic',
  'kind',
  'twice',
  'leader',
] as const;
export type LineFault = (typeof lineFaults)[number];

export interface LineProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units of the line. */
  readonly column: number;
  readonly fault: LineFault;
  /** The line is no field with it; otherwise it is one, and something about it is odd. */
  readonly refuses: boolean;
  /** What stands there. */
  readonly text: string;
}

export interface EditedText {
  /** Of the lines that are right. */
  readonly record: MarcRecord;
  /** In the order of the lines. */
  readonly problems: readonly LineProblem[];
  /** For each field of the record its line, from 1. */
  readonly lines: readonly number[];
}

const shown = 60;

export function readEditedText(text: string): EditedText {
  const fields: Field[] = [];
  const lines: number[] = [];
  const problems: LineProblem[] = [];
  let leader: string | undefined;
  let numbered = false;
  for (const [at, content] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (content.trim() === '') continue;
    const line = at + 1;
    const note = ([column, fault]: Fault, refuses = true): void => {
      problems.push({ line, column, fault, refuses, text: content.slice(column - 1, column - 1 + shown) });
    };
    const unknown = new Set<string>();
    const parsed = readLine(content, unknown);
    if (parsed === undefined) note(faultOf(content));
    else if (typeof parsed === 'string') {
      if (leader !== undefined) note([1, 'twice']);
      else if (parsed.length !== 24 && parsed.length !== 0) note([7, 'leader'], false);
      leader ??= parsed;
    } else if (fieldProblem(parsed, line) !== undefined) note(oddity(content, parsed));
    else {
      if (parsed.tag === 'LDR') note([1, 'leader'], false);
      // The library may have such a record: it is told when it is saved.
      if (parsed.tag === '001' && numbered) note([1, 'twice'], false);
      numbered ||= parsed.tag === '001';
      for (const mnemonic of unknown) note([content.indexOf(mnemonic) + 1, 'mnemonic'], false);
      fields.push(parsed);
      lines.push(line);
    }
  }
  return { record: { leader: leader ?? '', fields }, problems, lines };
}

function readLine(line: string, unknown: Set<string>): Field | string | undefined {
  try {
    return parseTextLine(line, unknown);
  } catch (error) {
    if (error instanceof RecordProblem) return undefined;
    throw error;
  }
}

type Fault = readonly [column: number, fault: LineFault];

/** Where a line stops being text MARC. */
function faultOf(line: string): Fault {
  if (line.startsWith('=')) {
    if (!/^=[0-9A-Za-z]{3}/.test(line)) return [2, 'tag'];
    if (line.slice(4, 6) !== '  ') return [5, 'space'];
    return /^.?(?:\$|$)/su.test(line.slice(6)) ? [7, 'indicators'] : [9, 'subfield'];
  }
  const number = /^\d+ (?=[0-9A-Za-z]{3}.. )/u.exec(line)?.[0].length ?? 0;
  if (!/^[0-9A-Za-z]{3}/.test(line.slice(number))) return [number + 1, 'tag'];
  const [indicators = ''] = /^..?/su.exec(line.slice(number + 3)) ?? [];
  if (Array.from(indicators).length < 2 || /^[$ ]*$/.test(indicators)) return [number + 4, 'indicators'];
  const place = number + 3 + indicators.length;
  return line[place] === ' ' ? [place + 2, 'subfield'] : [place + 1, 'space'];
}

/** What no record may have of a field that could be read. */
function oddity(line: string, { tag, ind1, ind2, value, subfields }: Field): Fault {
  const mnemonic = line.startsWith('=');
  const start = mnemonic ? 7 : line.search(/[0-9A-Za-z]{3}.. /u) + 4;
  if (!/^[0-9A-Za-z]{3}$/.test(tag)) return [1, 'tag'];
  if (value !== undefined) return [mnemonic ? 2 : start - 3, 'kind'];
  if (/^\d{3}$/.test(tag) && tag.startsWith('00')) return [mnemonic ? 2 : start - 3, 'kind'];
  if (![ind1, ind2].every((one) => /^[ -~]$/.test(one))) return [start, 'indicators'];
  const delimiter = mnemonic ? '$' : '$$';
  let at = start - 1;
  for (const { code } of subfields) {
    at = line.indexOf(delimiter, at);
    if (!/^[!-~]$/.test(code)) break;
    at += delimiter.length;
  }
  return [Math.max(0, at) + 1, 'code'];
}
