import type { Node } from './tree.ts';

const widest = 120;

/** A tree as YAML that is read as the same; without comments. */
export function treeText(root: Node | null): string {
  return `${block(root, '', 0).join('\n')}\n`;
}

/**
 * Lines of a value below its key. What fits into one line stands in one, but for the root and what
 * is in it.
 */
function block(node: Node | null, indent: string, depth: number): readonly string[] {
  if (node === null || isEmpty(node)) return [`${indent}${inline(node)}`];
  if (node.kind === 'map')
    return node.items.flatMap(({ key, value }) => placed(`${indent}${inline(key)}:`, value, `${indent}  `, depth + 1));
  if (node.kind === 'list') return node.items.flatMap((item) => listItem(item, indent, depth));
  return [`${indent}${inline(node)}`];
}

function placed(key: string, value: Node | null, indent: string, depth: number): readonly string[] {
  const line = `${key} ${inline(value)}`;
  const isShort = line.length <= widest && (depth > 1 || isFlat(value));
  if (isShort || value === null || value.kind === 'scalar' || isEmpty(value)) return [line];
  if (value.kind === 'list' && value.items.every(isScalar))
    return [`${key} [`, ...wrapped(value.items, indent), `${indent.slice(2)}]`];
  return [key, ...block(value, indent, depth)];
}

/** The dash stands in the place of two blanks of the first line. */
function listItem(item: Node | null, indent: string, depth: number): readonly string[] {
  const line = `${indent}- ${inline(item)}`;
  if (line.length <= widest) return [line];
  const [first = '', ...others] = block(item, `${indent}  `, depth + 1);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...others];
}

function wrapped(items: readonly (Node | null)[], indent: string): readonly string[] {
  const lines: string[] = [];
  for (const [i, item] of items.entries()) {
    const word = `${inline(item)}${i === items.length - 1 ? '' : ','}`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < widest) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

function inline(node: Node | null): string {
  switch (node?.kind) {
    case 'map':
      return `{${node.items.map(({ key, value }) => `${inline(key)}: ${inline(value)}`).join(', ')}}`;
    case 'list':
      return `[${node.items.map(inline).join(', ')}]`;
    case 'scalar':
      return typeof node.value === 'string' ? quoted(node.value) : node.value === null ? 'null' : node.source;
    default:
      return 'null';
  }
}

/** Whatever might be read as something else than text has quotes. */
function quoted(text: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_-]*(?: [\p{L}\p{N}_-]+)*$/u.test(text);
  return isPlain && !/^(?:true|false|null|yes|no|on|off)$/i.test(text) ? text : JSON.stringify(text);
}

function isScalar(node: Node | null): boolean {
  return node === null || node.kind === 'scalar';
}

function isFlat(node: Node | null): boolean {
  return node?.kind !== 'map' && (node?.kind !== 'list' || node.items.every(isScalar));
}

function isEmpty(node: Node): boolean {
  return (node.kind === 'map' || node.kind === 'list') && node.items.length === 0;
}
