import { nearest } from '../errors/nearest.ts';
import { treeOf } from './known-trees.ts';
import type { Node, Problem } from './tree.ts';

/** A mistake in a site file. Lines count from 1. */
export type SiteProblem = Problem;

/** A value of the file with the line where it stands. */
export interface Value {
  readonly node: Node | null;
  readonly line: number;
  /** What it is, for messages: "fields.title.index". */
  readonly name: string;
}

export interface Entry extends Value {
  readonly key: string;
}

/**
 * Reads YAML that has a known form. Every getter reports what is wrong to `problems` and answers
 * with something harmless, so that one reading finds all mistakes.
 */
export interface YamlReader {
  readonly problems: SiteProblem[];
  readonly root: Value;
  report(line: number, message: string): void;
  text(value: Value | undefined): string | undefined;
  flag(value: Value | undefined): boolean;
  /** One of these words. */
  choice<const T extends string>(value: Value | undefined, words: readonly T[]): T | undefined;
  /** Is it there, and no list or map? */
  isText(value: Value | undefined): boolean;
  items(value: Value | undefined): readonly Value[];
  /** A list of texts; one text alone is a list of one. */
  texts(value: Value | undefined): readonly { readonly text: string; readonly line: number }[];
  /** Entries of a map whose keys are names that the file chooses. */
  entries(value: Value | undefined): readonly Entry[];
  /** Entries of a map whose keys are known; others are reported. */
  members<const K extends string>(value: Value | undefined, keys: readonly K[]): { readonly [P in K]?: Entry };
  /** A map of texts. */
  dictionary(value: Value | undefined): Readonly<Record<string, string>>;
}

export function createYamlReader(
  source: string,
  /** What is read in the place of what the text says, as when it is joined to what it inherits. */
  over: (root: Node | null, report: YamlReader['report']) => Node | null = (root) => root,
): YamlReader {
  const tree = treeOf(source);
  // What follows the first place that is no YAML, nobody can tell: it would be a mistake in each
  // word.
  const isYaml = tree.problems.length === 0;
  const problems: SiteProblem[] = tree.problems.slice(0, 1).map(notYaml);
  const report = (line: number, message: string): void => {
    if (isYaml) problems.push({ line, message });
  };
  reportTwice(tree.root, report);
  const root = isYaml ? over(tree.root, report) : tree.root;

  function child(node: Node | null, name: string, otherwise: number): Value {
    const line = node?.line ?? otherwise;
    if (node?.kind !== 'alias') return { node, line, name };
    report(line, `${name} is an alias (*${node.source}); write the value itself.`);
    return { node: null, line, name };
  }

  function scalar({ node }: Pick<Value, 'node'>): string | undefined {
    if (node?.kind !== 'scalar' || node.value === null) return undefined;
    return typeof node.value === 'string' ? node.value : node.source;
  }

  function text(value: Value | undefined): string | undefined {
    if (value === undefined) return undefined;
    const found = scalar(value);
    if (found === undefined) report(value.line, `${value.name} must be text.`);
    return found;
  }

  function items(value: Value | undefined): readonly Value[] {
    if (value === undefined || value.node === null) return [];
    if (value.node.kind !== 'list') {
      report(value.line, `${value.name} must be a list.`);
      return [];
    }
    return value.node.items.map((node, at) => child(node, `${value.name}[${at + 1}]`, value.line));
  }

  function entries(value: Value | undefined): readonly Entry[] {
    if (value === undefined || value.node === null || isNothing(value.node)) return [];
    if (value.node.kind !== 'map') {
      report(value.line, `${value.name === '' ? 'The file' : value.name} must have entries, each "name: value".`);
      return [];
    }
    return value.node.items.flatMap((pair) => {
      const line = pair.key?.line ?? value.line;
      const key = scalar({ node: pair.key });
      if (key === undefined) {
        report(line, `A name in ${value.name === '' ? 'the file' : value.name} is not text.`);
        return [];
      }
      return [{ key, ...child(pair.value, value.name === '' ? key : `${value.name}.${key}`, line) }];
    });
  }

  function choice<const T extends string>(value: Value | undefined, words: readonly T[]): T | undefined {
    const found = text(value);
    if (found === undefined || value === undefined) return undefined;
    const known = words.find((word) => word === found);
    if (known === undefined)
      report(value.line, `${value.name}: '${found}' is not one of ${words.join(', ')}.${suggest(found, words)}`);
    return known;
  }

  function members<const K extends string>(
    value: Value | undefined,
    keys: readonly K[],
  ): { readonly [P in K]?: Entry } {
    const found: { [P in K]?: Entry } = {};
    for (const entry of entries(value)) {
      const known = keys.find((key) => key === entry.key);
      if (known !== undefined) found[known] = entry;
      else {
        const where = value?.name ? ` in ${value.name}` : '';
        report(entry.line, `'${entry.key}' is not known${where}.${suggest(entry.key, keys)}`);
      }
    }
    return found;
  }

  function isText(value: Value | undefined): value is Value {
    return value?.node?.kind === 'scalar' && value.node.value !== null;
  }

  return {
    problems,
    root: child(root, '', 1),
    report,
    text,
    isText,
    choice,
    items,
    entries,
    members,
    flag(value) {
      if (value === undefined) return false;
      if (value.node?.kind === 'scalar' && typeof value.node.value === 'boolean') return value.node.value;
      report(value.line, `${value.name} must be true or false.`);
      return false;
    },
    texts(value) {
      const values = isText(value) ? [value] : items(value);
      return values.flatMap((item) => {
        const found = text(item);
        return found === undefined ? [] : [{ text: found, line: item.line }];
      });
    },
    dictionary(value) {
      const pairs = entries(value).flatMap((entry) => {
        const found = text(entry);
        return found === undefined ? [] : [[entry.key, found] as const];
      });
      return Object.fromEntries(pairs);
    },
  };
}

function isNothing(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function notYaml({ line, message }: Problem): SiteProblem {
  return { line, message: `This is no YAML, or a line before it is none: ${message}` };
}

/** Keys that stand twice in a map, all through the tree. */
function reportTwice(node: Node | null, report: (line: number, message: string) => void): void {
  if (node?.kind === 'list') for (const item of node.items) reportTwice(item, report);
  if (node?.kind !== 'map') return;
  const seen = new Set<unknown>();
  for (const { key, value } of node.items) {
    if (key?.kind === 'scalar') {
      if (seen.has(key.value)) report(key.line, 'This key is given a second time.');
      seen.add(key.value);
    }
    reportTwice(value, report);
  }
}

/** " Did you mean 'title'?" or nothing. */
export function suggest(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` Did you mean '${near}'?`;
}
