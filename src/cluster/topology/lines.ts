import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';

/**
 * Where an entry stands, by its path as "hosts.web1.address"; for one that is not written, where
 * the nearest above it stands.
 */
export function linesOf(source: string): (path: string) => number {
  const counter = new LineCounter();
  const lines = new Map<string, number>([['', 1]]);
  const walk = (node: unknown, before: string): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key) || !key.range) continue;
      const path = before === '' ? String(key.value) : `${before}.${key.value}`;
      lines.set(path, counter.linePos(key.range[0]).line);
      walk(value, path);
    }
  };
  walk(parseDocument(source, { lineCounter: counter }).contents, '');
  return (path) => {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const line = lines.get(at);
      if (line !== undefined) return line;
    }
    return 1;
  };
}
