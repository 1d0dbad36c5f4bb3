import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The clone: documents and examples are read where readers find them. */
export const root = join(import.meta.dirname, '../..');

export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export interface Table {
  /** The cells of its first row. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a Markdown text, cells trimmed; "\|" in a cell is "|". */
export function tablesOf(markdown: string): readonly Table[] {
  const tables: Table[] = [];
  for (const block of withoutFences(markdown).split(/\n(?!\|)/)) {
    const [head, line, ...rows] = block.split('\n').filter((text) => text.startsWith('|'));
    if (head === undefined || line === undefined || !/^[|\s:-]+$/.test(line)) continue;
    tables.push({ head: cellsOf(head), rows: rows.map(cellsOf) });
  }
  return tables;
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** What stands between backquotes in a cell; a cell without any is empty. */
export function codeIn(cell: string): string {
  return /^`(.*)`$/.exec(cell)?.[1] ?? '';
}

export interface Fence {
  /** What stands behind the opening fence: "sh run", "yaml". */
  readonly info: string;
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
}

export function fencesOf(markdown: string): readonly Fence[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: match[1]!.trim(),
    text: match[2]!,
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

export function withoutFences(markdown: string): string {
  return markdown.replace(/^```.*\n[\s\S]*?^```$/gm, '');
}
