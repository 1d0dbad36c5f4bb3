import type { Problem } from './tree.ts';

/**
 * With the column where the key that a mistake names stands in its line; else where the line
 * begins.
 */
export function withColumn(
  lines: readonly string[],
  { line, message }: Problem,
): Problem & { readonly column: number } {
  return { line, column: columnOf(lines[line - 1] ?? '', message), message };
}

function columnOf(line: string, message: string): number {
  const [, key = ''] = /^'?(?:[\w.[\]-]+\.)?([\w-]+)'?(?= |:)/.exec(message) ?? [];
  const at = key === '' ? -1 : line.search(new RegExp(`(?<![\\w-])${key}(?![\\w-])`));
  return Math.max(at, line.search(/[^\s-]|$/)) + 1;
}
