import { createRequire } from 'node:module';

/**
 * A setting that is a map in the file, as the text that the environment would have (`KEY =
 * VALUE;`), with each part at the line and column where it stands in the file: so what is found
 * wrong in the text is told with its place in the file. Undefined: it is no map of texts and lists
 * of them.
 */
export function mapText(file: string, name: string): string | undefined {
  const { isMap, isScalar, isSeq, LineCounter, parseDocument }: typeof import('yaml') = createRequire(import.meta.url)(
    'yaml',
  );
  const counter = new LineCounter();
  const map: unknown = parseDocument(file, { lineCounter: counter }).get(name, true);
  if (!isMap(map)) return undefined;
  const lines: string[] = [];
  /** Lines and columns count from 1. */
  const place = (text: string, line: number, column: number): void => {
    while (lines.length < line) lines.push('');
    lines[line - 1] = lines[line - 1]!.padEnd(column - 1) + text;
  };
  for (const { key, value } of map.items) {
    if (!isScalar(key) || key.range == null) return undefined;
    const values = isSeq(value) ? value.items : [value];
    if (values.length === 0 || !values.every((one) => isScalar(one))) return undefined;
    const first = values[0];
    if (!isScalar(first) || first.range == null) return undefined;
    const at = counter.linePos(key.range[0] + quote(key.type));
    const valueAt = counter.linePos(first.range[0] + quote(first.type));
    place(`${String(key.value ?? '')}=`, at.line, at.col);
    // The value of a key may begin on a later line; an entry of the text is one line.
    const column = valueAt.line === at.line ? valueAt.col : 1;
    place(`${values.map((one) => String(isScalar(one) ? one.value : '')).join(',')};`, at.line, column);
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

function quote(type: unknown): 0 | 1 {
  return type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? 1 : 0;
}
