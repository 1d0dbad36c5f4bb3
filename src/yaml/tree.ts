import { createRequire } from 'node:module';
import type { LineCounter, ParsedNode } from 'yaml';

/** YAML as plain data, with lines, which count from 1. What is absent after a colon is null. */
export type Node = Scalar | List | Mapping | Alias;

interface Scalar {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string | number | boolean | null;
  /** As it is written: 008 is not the number 8. */
  readonly source: string;
}
interface List {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly (Node | null)[];
}
interface Mapping {
  readonly kind: 'map';
  readonly line: number;
  readonly items: readonly { readonly key: Node | null; readonly value: Node | null }[];
}
interface Alias {
  readonly kind: 'alias';
  readonly line: number;
  readonly source: string;
}

export interface Problem {
  readonly line: number;
  /** Where it is known. */
  readonly column?: number;
  readonly message: string;
}

export interface Tree {
  readonly root: Node | null;
  /** Where it is no YAML. */
  readonly problems: readonly Problem[];
}

/**
 * Reads any text. The library is loaded here, since it costs a command 20 ms and most files have
 * been read before.
 */
export function parseTree(source: string): Tree {
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const lines = new yaml.LineCounter();
  // The parser's own look for equal keys compares each with all others: 20,000 took six seconds.
  const document = yaml.parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const problems = document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message }));
  return { root: nodeOf(document.contents, lines, yaml), problems };
}

function nodeOf(node: ParsedNode | null, lines: LineCounter, yaml: typeof import('yaml')): Node | null {
  if (node === null) return null;
  const { line } = lines.linePos(node.range[0]);
  const inner = (one: unknown): Node | null => nodeOf(one as ParsedNode | null, lines, yaml);
  if (yaml.isAlias(node)) return { kind: 'alias', line, source: node.source };
  if (yaml.isSeq(node)) return { kind: 'list', line, items: node.items.map(inner) };
  if (yaml.isMap(node))
    return { kind: 'map', line, items: node.items.map(({ key, value }) => ({ key: inner(key), value: inner(value) })) };
  const { value } = node;
  const plain = typeof value === 'number' || typeof value === 'boolean' || value === null ? value : String(value);
  return { kind: 'scalar', line, value: plain, source: node.source ?? String(value) };
}

/** The values alone, as `JSON.parse` would give them; aliases are null. */
export function plainValue(node: Node | null): unknown {
  switch (node?.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      return Object.fromEntries(node.items.map(({ key, value }) => [String(plainValue(key)), plainValue(value)]));
    default:
      return null;
  }
}
