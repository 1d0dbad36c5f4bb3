import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, visit } from 'yaml';
import { nearest } from '../errors/nearest.ts';

/** A mistake in a site file. Lines count from 1. */
export interface SiteProblem {
  readonly line: number;
  readonly message: string;
}

/** A value of the file with the line where it stands. */
export interface Value {
  readonly node: ParsedNode | null;
  readonly line: number;
  /** What it is, for messages: "fields.title.index". */
  readonly name: string;
}

export interface Entry extends Value {
  readonly key: string;
}

/**
 * Reads YAML that has a known form. Every getter reports what is wrong to `problems` and answers with something
 * harmless, so that one reading finds all mistakes.
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

export function createYamlReader(source: string): YamlReader {
  const lines = new LineCounter();
  // The parser's own look for equal keys compares each with all others: 20,000 took six seconds.
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const problems: SiteProblem[] = [];
  const report = (line: number, message: string): void => void problems.push({ line, message });
  const lineAt = (node: ParsedNode | null, otherwise: number): number =>
    node === null ? otherwise : lines.linePos(node.range[0]).line;
  for (const { pos, message } of document.errors) report(lines.linePos(pos[0]).line, message);
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) report(lineAt(key as ParsedNode, 1), 'This key is given a second time.');
        seen.add(key.value);
      }
    },
  });

  function child(node: ParsedNode | null, name: string, otherwise: number): Value {
    const line = lineAt(node, otherwise);
    if (!isAlias(node)) return { node, line, name };
    report(line, `${name} is an alias (*${node.source}); write the value itself.`);
    return { node: null, line, name };
  }

  function scalar(value: Value): string | undefined {
    if (!isScalar(value.node) || value.node.value === null) return undefined;
    // As written: 008 must not become the number 8.
    return typeof value.node.value === 'string' ? value.node.value : (value.node.source ?? String(value.node.value));
  }

  function text(value: Value | undefined): string | undefined {
    if (value === undefined) return undefined;
    const found = scalar(value);
    if (found === undefined) report(value.line, `${value.name} must be text.`);
    return found;
  }

  function items(value: Value | undefined): readonly Value[] {
    if (value === undefined || value.node === null) return [];
    if (!isSeq(value.node)) {
      report(value.line, `${value.name} must be a list.`);
      return [];
    }
    return value.node.items.map((node, at) => child(node as ParsedNode, `${value.name}[${at + 1}]`, value.line));
  }

  function entries(value: Value | undefined): readonly Entry[] {
    if (value === undefined || value.node === null || (isScalar(value.node) && value.node.value === null)) return [];
    if (!isMap(value.node)) {
      report(value.line, `${value.name === '' ? 'The file' : value.name} must have entries, each "name: value".`);
      return [];
    }
    return value.node.items.flatMap((pair) => {
      const line = lineAt(pair.key, value.line);
      const key = scalar({ node: pair.key, line, name: '' });
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
    return isScalar(value?.node) && value.node.value !== null;
  }

  return {
    problems,
    root: child(document.contents, '', 1),
    report,
    text,
    isText,
    choice,
    items,
    entries,
    members,
    flag(value) {
      if (value === undefined) return false;
      if (isScalar(value.node) && typeof value.node.value === 'boolean') return value.node.value;
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

/** " Did you mean 'title'?" or nothing. */
export function suggest(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` Did you mean '${near}'?`;
}
