import { checkReplacement, compilePattern, type Pattern } from '../marc/actions/pattern.ts';
import { type Check, type CheckKind, checkKinds, fixingKinds, usualPaths } from '../marc/checks/rule.ts';
import { compilePath } from '../marc/path.ts';
import type { Entry, Value, YamlReader } from '../yaml/yaml-reader.ts';
import { readLocal } from './parse-appearance.ts';
import type { WrittenQuery } from './parse-collections.ts';
import { type CheckRule, type Collection, checkFixes, checkThens, checkTimes } from './site.ts';

const mostRules = 500;
const mostPaths = 100;

/** Which keys each kind needs beside `what`, and which it may have. */
const keysOf: Readonly<Record<CheckKind, readonly [needs: readonly string[], may: readonly string[]]>> = {
  mandatory: [['paths'], ['any']],
  date: [['paths'], ['past']],
  doi: [[], ['paths']],
  enum: [['paths'], ['base', 'values']],
  regexp: [['paths', 'matches'], ['ignore-case']],
  'regexp-replace': [['paths', 'matches', 'with'], ['ignore-case']],
  'rename-subfield': [['paths', 'subfield', 'to'], []],
  'rename-tag': [['paths', 'to'], []],
  'trailing-space': [[], ['paths']],
  url: [[], ['paths']],
  utf8: [[], ['paths']],
  nfc: [[], ['paths']],
  latex: [[], ['paths']],
  repeated: [[], ['paths', 'once']],
  order: [[], []],
  'fixed-field': [['paths'], ['length', 'positions']],
  link: [[], ['paths', 'required']],
};

const checkKeys = [
  ...['what', 'paths', 'any', 'past', 'base', 'values', 'matches', 'ignore-case', 'with', 'subfield', 'to', 'once'],
  ...['length', 'positions', 'required'],
];
const ruleKeys = ['name', 'says', 'where', 'fix', 'on', 'then'];

type Keys = Readonly<Partial<Record<string, Entry>>>;

/** What a record must be like: the part of a rule that a task of `edit` may have too. */
export function readCheck(reader: YamlReader, value: Value): Check | undefined {
  return checkOf(reader, value, reader.members(value, checkKeys));
}

/** What rules need to know of the rest of the file. */
export interface ChecksKnow {
  readonly knowledge: Readonly<Record<string, unknown>>;
  readonly collections: readonly Collection[];
}

/** The section `checks` of a site file. */
export function readChecks(
  reader: YamlReader,
  value: Value | undefined,
  know: ChecksKnow,
  queries: WrittenQuery[],
): readonly CheckRule[] {
  const lines = new Map<string, number>();
  const items = reader.items(value);
  if (items.length > mostRules) reader.report(value!.line, `checks has more than ${mostRules} rules.`);
  return items.slice(0, mostRules).flatMap((item) => readRule(reader, item, know, queries, lines) ?? []);
}

function readRule(
  reader: YamlReader,
  item: Value,
  know: ChecksKnow,
  queries: WrittenQuery[],
  lines: Map<string, number>,
): CheckRule | undefined {
  const keys: Keys = reader.members(item, [...ruleKeys, ...checkKeys]);
  const name = keys['name'] === undefined ? missing(reader, item, 'name') : reader.text(keys['name']);
  if (name !== undefined && !/^[a-z0-9][a-z0-9-]{0,59}$/.test(name))
    reader.report(keys['name']!.line, `${keys['name']!.name}: write small letters, digits and hyphens, as doi-form.`);
  else if (name !== undefined && lines.has(name))
    reader.report(
      keys['name']!.line,
      `${keys['name']!.name}: there is already a rule '${name}', in line ${lines.get(name)}.`,
    );
  else if (name !== undefined) lines.set(name, keys['name']!.line);
  const check = checkOf(reader, item, keys);
  const fix = keys['fix'] === undefined ? 'no' : readFix(reader, keys['fix']);
  const on = keys['on'] === undefined ? checkTimes : readOn(reader, keys['on']);
  const then = keys['then'] === undefined ? 'warn' : reader.choice(keys['then'], checkThens);
  const where = readWhere(reader, keys['where'], know, queries);
  if (check === undefined || name === undefined || fix === undefined || then === undefined) return undefined;
  if (fix !== 'no' && !fixingKinds.has(check.kind))
    reader.report(keys['fix']!.line, `${keys['fix']!.name}: ${check.kind} finds only, so write no.`);
  if (check.kind === 'enum' && check.base !== undefined && !Object.hasOwn(know.knowledge, check.base))
    reader.report(
      keys['base']!.line,
      `${keys['base']!.name}: there is no knowledge base '${check.base}' in this file.`,
    );
  return {
    name,
    says: keys['says'] === undefined ? undefined : readLocal(reader, keys['says']),
    where,
    check,
    fix,
    on,
    then,
  };
}

/** `no` and `yes` are words of YAML 1.1 and of people; booleans mean the same. */
function readFix(reader: YamlReader, value: Entry): CheckRule['fix'] | undefined {
  const { node } = value;
  if (node?.kind === 'scalar' && typeof node.value === 'boolean') return node.value ? 'yes' : 'no';
  return reader.choice(value, checkFixes);
}

function readOn(reader: YamlReader, value: Entry): CheckRule['on'] {
  const given = reader.texts(value);
  for (const { text, line } of given)
    if (!checkTimes.some((one) => one === text))
      reader.report(line, `${value.name}: '${text}' is not one of ${checkTimes.join(', ')}.`);
  if (given.length === 0) reader.report(value.line, `${value.name} has none of ${checkTimes.join(', ')}.`);
  return checkTimes.filter((one) => given.some(({ text }) => text === one));
}

function readWhere(
  reader: YamlReader,
  value: Value | undefined,
  { collections }: ChecksKnow,
  queries: WrittenQuery[],
): CheckRule['where'] {
  if (value === undefined) return undefined;
  const { collection, query } = reader.members(value, ['collection', 'query']);
  if (collection === undefined && query === undefined) {
    reader.report(value.line, `${value.name} needs a collection or a query.`);
    return undefined;
  }
  const asked = query === undefined ? undefined : reader.text(query);
  if (asked !== undefined) queries.push({ query: asked, line: query!.line, name: query!.name });
  const name = collection === undefined ? undefined : reader.text(collection);
  const found = name === undefined ? undefined : collectionNamed(collections, name);
  if (name !== undefined && found === undefined)
    reader.report(collection!.line, `${collection!.name}: there is no collection '${name}'.`);
  return { collection: name, query: asked };
}

export function collectionNamed(collections: readonly Collection[], name: string): Collection | undefined {
  for (const one of collections) {
    const found = one.name === name ? one : collectionNamed([...one.children, ...one.virtualChildren], name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkOf(reader: YamlReader, item: Value, keys: Keys): Check | undefined {
  const kind = keys['what'] === undefined ? missing(reader, item, 'what') : reader.choice(keys['what'], checkKinds);
  if (kind === undefined) return undefined;
  const [needs, may] = keysOf[kind];
  for (const key of needs) if (keys[key] === undefined) missing(reader, item, key);
  for (const key of checkKeys)
    if (key !== 'what' && keys[key] !== undefined && !needs.includes(key) && !may.includes(key))
      reader.report(keys[key].line, `${keys[key].name} means nothing for ${kind}.`);
  const paths = keys['paths'] === undefined ? (usualPaths[kind] ?? []) : readPaths(reader, keys['paths'], kind);
  const flag = (key: string): boolean => reader.flag(keys[key]);
  switch (kind) {
    case 'order':
      return { kind };
    case 'mandatory':
      return { kind, paths, any: flag('any') };
    case 'date':
      return { kind, paths, past: flag('past') };
    case 'repeated':
      return { kind, paths, once: flag('once') };
    case 'link':
      return { kind, paths, required: flag('required') };
    case 'enum': {
      const values = reader.texts(keys['values']).map(({ text }) => text);
      const base = keys['base'] === undefined ? undefined : reader.text(keys['base']);
      if ((keys['base'] === undefined) === (keys['values'] === undefined))
        reader.report(item.line, `${item.name} needs one of base and values.`);
      return { kind, paths, base, values };
    }
    case 'regexp':
    case 'regexp-replace': {
      const pattern = readPattern(reader, keys['matches'], flag('ignore-case'));
      if (pattern === undefined) return undefined;
      if (kind === 'regexp') return { kind, paths, pattern };
      const text = keys['with'] === undefined ? '' : (reader.text(keys['with']) ?? '');
      try {
        checkReplacement(pattern, text);
      } catch (error) {
        reader.report(
          keys['with']?.line ?? item.line,
          `${keys['with']?.name ?? item.name}: ${(error as Error).message}.`,
        );
      }
      return { kind, paths, pattern, with: text };
    }
    case 'rename-subfield':
      return { kind, paths, subfield: readCode(reader, keys['subfield']), to: readCode(reader, keys['to']) };
    case 'rename-tag': {
      const to = keys['to'] === undefined ? '' : (reader.text(keys['to']) ?? '');
      if (keys['to'] !== undefined && (!/^[0-9A-Za-z]{3}$/.test(to) || to.startsWith('00')))
        reader.report(keys['to'].line, `${keys['to'].name} must be the tag of a data field, as "264".`);
      return { kind, paths, to };
    }
    case 'fixed-field':
      return {
        kind,
        paths,
        length: readNumber(reader, keys['length']),
        positions: readPositions(reader, keys['positions']),
      };
    default:
      return { kind, paths };
  }
}

/** Kinds that look at fields as a whole. */
const wholeFields: ReadonlySet<CheckKind> = new Set<CheckKind>([
  'rename-subfield',
  'rename-tag',
  'repeated',
  'link',
  'fixed-field',
]);

function readPaths(reader: YamlReader, value: Entry, kind: CheckKind): readonly string[] {
  const given = reader.texts(value);
  if (given.length === 0) reader.report(value.line, `${value.name} has no path.`);
  if (given.length > mostPaths) reader.report(value.line, `${value.name} has more than ${mostPaths} paths.`);
  return given.slice(0, mostPaths).flatMap(({ text, line }) => {
    try {
      compilePath(text);
    } catch (error) {
      reader.report(line, `${value.name}: ${(error as Error).message}`);
      return [];
    }
    if (wholeFields.has(kind) && (text.length > 5 || text.includes('/')) && !/^LDR$/i.test(text)) {
      reader.report(
        line,
        `${value.name}: ${kind} looks at fields; '${text}' must be a tag, and its indicators if they matter.`,
      );
      return [];
    }
    return [text];
  });
}

function readPattern(reader: YamlReader, value: Entry | undefined, ignoreCase: boolean): Pattern | undefined {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return undefined;
  const pattern: Pattern = { kind: 'matches', text, ignoreCase };
  if (text === '') reader.report(value.line, `${value.name} is empty.`);
  try {
    compilePattern(pattern);
    return pattern;
  } catch (error) {
    return void reader.report(value.line, `${value.name} cannot be read: ${(error as Error).message}.`);
  }
}

function readCode(reader: YamlReader, value: Entry | undefined): string {
  const text = value === undefined ? '' : (reader.text(value) ?? '');
  if (value !== undefined && !/^[!-~]$/.test(text))
    reader.report(value.line, `${value.name} must be one character: a subfield code.`);
  return text;
}

function readNumber(reader: YamlReader, value: Entry | undefined): number | undefined {
  if (value === undefined) return undefined;
  const text = reader.text(value) ?? '';
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  return void reader.report(value.line, `${value.name}: '${text}' is not a number of characters.`);
}

/** "00-05": an expression for these characters, from their beginning to their end. */
function readPositions(reader: YamlReader, value: Entry | undefined) {
  return reader.entries(value).flatMap((entry) => {
    const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(entry.key) ?? [];
    if (from === undefined || Number(to) < Number(from)) {
      reader.report(entry.line, `${entry.name}: write positions as "00-05" or "18", counted from 0.`);
      return [];
    }
    const pattern = readPattern(reader, entry, false);
    if (pattern === undefined) return [];
    const whole = { ...pattern, text: `^(?:${pattern.text})$` };
    return [{ at: Number(from), length: Number(to) - Number(from) + 1, pattern: whole }];
  });
}

function missing(reader: YamlReader, item: Value, key: string): undefined {
  reader.report(item.line, `${item.name} has no ${key}.`);
}
