import { SaxesParser } from 'saxes';
import { plain } from './piece.ts';

/** An element of metadata, with its text and those below it, comments and such left out. */
export interface Node {
  /** Without prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  /** Its own text, white space as one space. */
  readonly text: string;
}

/** Why metadata is none, as the end of a sentence. */
export class MetadataProblem extends Error {}

const deepest = 100;

/** The element of a text, with namespaces that are declared around it. Throws MetadataProblem. */
export function readTree(text: string, namespaces: Readonly<Record<string, string>>): Node {
  interface Open extends Omit<Node, 'text' | 'children'> {
    readonly children: Node[];
    text: string;
  }
  const path: Open[] = [];
  let root: Node | undefined;
  const { xmlns: _, xml: __, ...additionalNamespaces } = namespaces;
  const parser = new SaxesParser({ xmlns: true, position: false, additionalNamespaces });
  parser.on('error', (error) => {
    throw new MetadataProblem(`its metadata is not well-formed, ${plain(error)}`);
  });
  parser.on('doctype', () => {
    throw new MetadataProblem('its metadata has a document type');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (path.length >= deepest) throw new MetadataProblem('its metadata is too deep');
    const given = Object.values(attributes).map((one) => [one.local, one.value] as const);
    path.push({ name: local, namespace: uri, attributes: Object.fromEntries(given), children: [], text: '' });
  });
  const add = (part: string): void => {
    const last = path.at(-1);
    if (last !== undefined) last.text += part;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const done = path.pop()!;
    const node = { ...done, text: done.text.replace(/\s+/g, ' ').trim() };
    const parent = path.at(-1);
    if (parent === undefined) root = node;
    else parent.children.push(node);
  });
  parser.write(text).close();
  if (root === undefined) throw new MetadataProblem('its metadata is empty');
  return root;
}

interface Step {
  readonly name: string;
  readonly conditions: readonly { readonly attribute: string; readonly value: string; readonly is: boolean }[];
}

/** The elements or attribute values that a path leads to. */
export interface NodePath {
  readonly nodes: (from: Node) => readonly Node[];
  readonly values: (from: Node) => readonly string[];
}

const compiled = new Map<string, NodePath>();

/**
 * Names of elements with "/" between them, from below an element: "subject/topic"; "." is itself,
 * "*" any name, "name[@type=personal]" and "title[!@type]" those with and without an attribute,
 * "rights/@uri" an attribute. Undefined: the text is no path.
 */
export function nodePath(text: string): NodePath | undefined {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const parts = text === '.' ? [] : text.split('/');
  const attribute = parts.at(-1)?.startsWith('@') === true ? parts.pop()!.slice(1) : undefined;
  const steps = parts.map(readStep);
  if (steps.includes(undefined) || attribute === '') return undefined;
  const nodes = (from: Node): readonly Node[] => {
    let found: readonly Node[] = [from];
    for (const step of steps as readonly Step[])
      found = found.flatMap(({ children }) => children.filter((one) => fits(one, step)));
    return found;
  };
  const values = (from: Node): readonly string[] =>
    nodes(from)
      .map((node) => (attribute === undefined ? node.text : (node.attributes[attribute] ?? '')))
      .filter((value) => value !== '');
  const path = { nodes, values };
  compiled.set(text, path);
  return path;
}

function readStep(text: string): Step | undefined {
  const [, name, rest = ''] = /^([\w.-]+|\*)((?:\[[^\]]*\])*)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const conditions = [...rest.matchAll(/\[([^\]]*)\]/g)].map(([, inside = '']) => {
    const [, not, attribute, value] = /^(!)?@([\w.-]+)(?:=(.*))?$/.exec(inside) ?? [];
    return attribute === undefined ? undefined : { attribute, value: value ?? '', is: not === undefined };
  });
  if (conditions.includes(undefined)) return undefined;
  return { name, conditions: conditions as Step['conditions'] };
}

function fits(node: Node, { name, conditions }: Step): boolean {
  if (name !== '*' && node.name !== name) return false;
  return conditions.every(({ attribute, value, is }) => {
    const given = node.attributes[attribute];
    const holds = given !== undefined && (value === '' || given.toLowerCase() === value.toLowerCase());
    return holds === is;
  });
}
