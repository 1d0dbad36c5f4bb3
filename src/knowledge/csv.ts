import { UserError } from '../errors/errors.ts';
import type { KnowledgeEntry } from './base.ts';
import { knowledgeErrors } from './errors.ts';

/** Of a first row that names the columns. */
const heads: readonly string[] = ['key', 'from', 'mapfrom', 'map from', 'clé', 'value'];

/** An entry, and the line of its file where it begins, from 1. */
export interface EntryLine {
  readonly entry: KnowledgeEntry;
  readonly line: number;
}

/**
 * Rows of key and value (RFC 4180; a semicolon or a tab between them is understood, too). One value
 * alone stands for itself. Throws a UserError that names the row.
 */
export function readCsv(text: string): readonly EntryLine[] {
  const source = text.replace(/^\ufeff/, '');
  const rows = rowsOf(source, separatorOf(source));
  const isHead = rows[0] !== undefined && heads.includes(rows[0].cells[0]!.trim().toLowerCase());
  return rows.slice(isHead ? 1 : 0).map(({ cells, line }) => {
    const [key = '', value = key, ...more] = cells;
    if (more.some((cell) => cell.trim() !== ''))
      throw wrong(`line ${line} has ${cells.length} columns, and a key and a value are two`);
    return { line, entry: { key: key.trim(), value: value.trim() } };
  });
}

/**
 * Throws a UserError for a key that has two values: whichever was taken, the other would be lost
 * without a word. The same row twice says nothing new.
 */
export function requireOneValue(lines: readonly EntryLine[], format: string): void {
  const seen = new Map<string, EntryLine>();
  for (const one of lines) {
    const { key, value } = one.entry;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, one);
    else if (first.entry.value !== value)
      throw wrong(
        `lines ${first.line} and ${one.line} have the same key "${key}" with different values, "${first.entry.value}" and "${value}"`,
        format,
      );
  }
}

/** Ends lines as RFC 4180 wants it. A mark before it makes Excel read it as UTF-8. */
export function writeCsv(entries: readonly KnowledgeEntry[]): string {
  const cell = (text: string): string => (/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `\ufeffkey,value\r\n${entries.map(({ key, value }) => `${cell(key)},${cell(value)}\r\n`).join('')}`;
}

/** Lines of key---value, as Invenio exports them. */
export function readKbr(text: string): readonly EntryLine[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line, at) => {
      if (line.trim() === '') return [];
      const place = line.indexOf('---');
      if (place === -1) throw wrong(`line ${at + 1} has no "---" between a key and a value`, 'kbr');
      return [{ line: at + 1, entry: { key: line.slice(0, place).trim(), value: line.slice(place + 3).trim() } }];
    });
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function separatorOf(source: string): string {
  const first =
    source
      .slice(0, 10_000)
      .split(/\r?\n/)
      .find((line) => line.trim() !== '') ?? '';
  const plain = first.replace(/"(?:[^"]|"")*"/g, '');
  return plain.includes('\t') ? '\t' : plain.includes(',') ? ',' : plain.includes(';') ? ';' : ',';
}

function rowsOf(source: string, separator: string): readonly Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let began = 1;
  let at = 0;
  const endRow = (): void => {
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ cells, line: began });
    cells = [];
  };
  while (at < source.length) {
    if (cells.length === 0) began = line;
    let cell = '';
    if (source[at] === '"') {
      for (at++; ; at++) {
        if (at >= source.length) throw wrong(`the quotation mark of line ${began} is never closed`);
        if (source[at] === '"') {
          if (source[at + 1] !== '"') break;
          at++;
        }
        if (source[at] === '\n') line++;
        cell += source[at];
      }
      at++;
      if (at < source.length && ![separator, '\r', '\n'].includes(source[at]!))
        throw wrong(`line ${line} goes on behind a quotation mark`);
    } else {
      const end = nextOf(source, at, separator);
      cell = source.slice(at, end);
      at = end;
    }
    cells.push(cell);
    if (source[at] === separator) {
      at++;
      if (at < source.length && source[at] !== '\r' && source[at] !== '\n') continue;
      cells.push('');
    }
    if (source[at] === '\r') at++;
    if (source[at] === '\n') at++;
    line++;
    endRow();
  }
  endRow();
  return rows;
}

function nextOf(source: string, from: number, separator: string): number {
  for (let at = from; at < source.length; at++) {
    const char = source[at]!;
    if (char === separator || char === '\n' || char === '\r') return at;
  }
  return source.length;
}

function wrong(reason: string, format = 'CSV'): UserError {
  return new UserError(knowledgeErrors.fileWrong, { format, reason });
}
