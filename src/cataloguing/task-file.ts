import { UserError } from '../errors/errors.ts';
import { type Action, type Deed, deeds, type Part } from '../marc/actions/action.ts';
import { type Condition, compileCondition } from '../marc/actions/condition.ts';
import { checkReplacement, compilePattern, type Pattern } from '../marc/actions/pattern.ts';
import { fixingKinds } from '../marc/checks/rule.ts';
import { compilePath } from '../marc/path.ts';
import { isWellFormed } from '../marc/well-formed.ts';
import { readCheck } from '../site/parse-checks.ts';
import { withColumn } from '../yaml/column-of.ts';
import { createYamlReader, type Entry, type Value, type YamlReader } from '../yaml/yaml-reader.ts';
import { cataloguingErrors } from './errors.ts';

/** What is to be done to many records, as people write it: see docs/many-records.md. */
export interface Task {
  readonly name: string;
  readonly actions: readonly Action[];
}

/** A mistake in a task. Lines and columns count from 1. */
export interface TaskProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const mostActions = 200;
const longestTask = 200_000;

const patternKeys = ['is', 'contains', 'matches'] as const;
const actionKeys = [
  'check',
  ...['on', 'where', 'do', 'subfield', 'value', 'subfields', 'to', 'at', 'with', 'place', 'base', 'ignore-case'],
  ...patternKeys,
] as const;
type Keys = ReturnType<YamlReader['members']>;

/** Which keys each deed needs, and which it may have beside `on`, `where` and `do`. */
const keysOf: Readonly<Record<Deed['kind'], readonly [needs: readonly string[], may: readonly string[]]>> = {
  'add-field': [[], ['subfields', 'value']],
  'delete-field': [[], []],
  'delete-subfield': [['subfield'], [...patternKeys, 'ignore-case']],
  'add-subfield': [['subfield', 'value'], ['place']],
  'replace-subfield': [
    ['subfield', 'value'],
    [...patternKeys, 'ignore-case'],
  ],
  'rename-subfield': [
    ['subfield', 'to'],
    [...patternKeys, 'ignore-case'],
  ],
  'move-field': [['to'], []],
  'copy-field': [['to'], []],
  'replace-text': [['with'], ['subfield', ...patternKeys, 'ignore-case']],
  'set-indicators': [['to'], []],
  'split-subfield': [['subfield', 'at'], []],
  'split-field': [['subfield'], []],
  'join-subfields': [['subfield', 'with'], []],
  fix: [['check'], []],
  'map-by-knowledge': [['subfield', 'base'], ['ignore-case']],
};

/** Throws a UserError with all mistakes when there are any. */
export function requireTask(source: string): Task {
  const { task, problems } = readTask(source);
  if (task !== undefined) return task;
  const sentences = problems.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
  throw new UserError(cataloguingErrors.task, { problems: sentences.join('\n') });
}

/** A task, or all that is wrong with it. */
export function readTask(source: string): { readonly task?: Task; readonly problems: readonly TaskProblem[] } {
  if (source.length > longestTask)
    return { problems: [{ line: 1, column: 1, message: `The task is longer than ${longestTask} characters.` }] };
  const reader = createYamlReader(source);
  const { name, actions } = reader.members(reader.root, ['name', 'actions']);
  const items = reader.items(actions);
  if (items.length === 0) reader.report(actions?.line ?? 1, 'There are no actions: a task is a list of them.');
  if (items.length > mostActions) reader.report(actions!.line, `There are more than ${mostActions} actions.`);
  const read = items.slice(0, mostActions).flatMap((item) => readAction(reader, item) ?? []);
  const title = name === undefined ? '' : (reader.text(name) ?? '');
  const firstWrong = [title, ...read].findIndex((one) => !textsIn(one).every(isWellFormed));
  if (firstWrong !== -1)
    reader.report(
      firstWrong === 0 ? name!.line : (items[firstWrong - 1]?.line ?? 1),
      'A text has a NUL or half a character (such as \\0 or \\ud800), which no record can have.',
    );
  if (reader.problems.length === 0) return { task: { name: title, actions: read }, problems: [] };
  const lines = source.split('\n');
  return {
    problems: reader.problems
      .map((one) => withColumn(lines, one))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function readAction(reader: YamlReader, item: Value): Action | undefined {
  const keys: Keys = reader.members(item, actionKeys);
  const on = keys['on'];
  const kind = keys['do'] === undefined ? missing(reader, item, 'do') : reader.choice(keys['do'], deeds);
  // A check says itself on which fields.
  const path = kind === 'fix' && on === undefined ? '%%%' : readOn(reader, on, item);
  if (kind === undefined || path === undefined) return undefined;
  const [needs, may] = keysOf[kind];
  for (const key of needs) if (keys[key] === undefined) missing(reader, item, key);
  for (const [key, entry] of Object.entries(keys))
    if (!['on', 'where', 'do', ...needs, ...may].includes(key) && entry !== undefined)
      reader.report(entry.line, `${entry.name} means nothing for ${kind}.`);
  const where = keys['where'] === undefined ? undefined : readWhere(reader, keys['where']);
  const deed = readDeed(reader, kind, keys, item);
  if (deed === undefined) return undefined;
  if (kind === 'add-field') {
    if (keys['where'] !== undefined)
      reader.report(keys['where'].line, `${keys['where'].name} means nothing for ${kind}: there is no field yet.`);
    if (!/^[0-9A-Za-z]{3}(?:[^%*]{2})?$/.test(path))
      reader.report(on!.line, `${on!.name} must be a tag with its indicators to add a field, such as 980__.`);
  }
  return { on: path, where, do: deed };
}

function readOn(reader: YamlReader, on: Entry | undefined, item: Value): string | undefined {
  if (on === undefined) return missing(reader, item, 'on');
  const text = reader.text(on);
  if (text === undefined) return undefined;
  try {
    compilePath(text);
  } catch (error) {
    return void reader.report(on.line, `${on.name}: ${(error as Error).message}`);
  }
  if (text.length > 5 || text.includes('/') || /^ldr/i.test(text))
    return void reader.report(on.line, `${on.name} names a field: a tag, and its indicators if they matter.`);
  if (text === '001' || text === '005')
    return void reader.report(on.line, `${on.name}: field ${text} is written by the library alone.`);
  return text;
}

function readDeed(reader: YamlReader, kind: Deed['kind'], keys: Keys, item: Value): Deed | undefined {
  const text = (key: string): string => (keys[key] === undefined ? '' : (reader.text(keys[key]) ?? ''));
  const code = keys['subfield'] === undefined ? undefined : readCode(reader, keys['subfield']);
  const only = readPattern(reader, keys, item.name);
  switch (kind) {
    case 'add-field':
      return readAddField(reader, keys, item);
    case 'delete-field':
      return { kind };
    case 'delete-subfield':
      return { kind, code: code ?? '', only };
    case 'add-subfield': {
      const place = keys['place'] === undefined ? 'last' : reader.choice(keys['place'], ['first', 'last']);
      return { kind, code: code ?? '', value: text('value'), first: place === 'first' };
    }
    case 'replace-subfield':
      return { kind, code: code ?? '', value: text('value'), only };
    case 'rename-subfield':
      return { kind, code: code ?? '', to: keys['to'] === undefined ? '' : (readCode(reader, keys['to']) ?? ''), only };
    case 'move-field':
    case 'copy-field':
      return {
        kind,
        to: readTarget(reader, keys['to'], /^[0-9A-Za-z]{3}(?:[^*]{2})?$/, 'a tag, or a tag and indicators'),
      };
    case 'set-indicators':
      return { kind, to: readTarget(reader, keys['to'], /^[^*\s]{2}$/, 'two characters: _ for blank, % as it is') };
    case 'replace-text':
      if (only === undefined) return missing(reader, item, 'contains (or is, or matches)');
      return { kind, code, find: only, with: checkedReplacement(reader, keys['with'], only, text('with')) };
    case 'split-subfield':
      if (keys['at'] !== undefined && text('at') === '') reader.report(keys['at'].line, `${keys['at'].name} is empty.`);
      return { kind, code: code ?? '', at: text('at') };
    case 'split-field':
      return { kind, code: code ?? '' };
    case 'join-subfields':
      return { kind, code: code ?? '', with: text('with') };
    case 'fix': {
      for (const key of ['on', 'where'])
        if (keys[key] !== undefined) reader.report(keys[key].line, `${keys[key].name} means nothing for ${kind}.`);
      const check = keys['check'] === undefined ? undefined : readCheck(reader, keys['check']);
      if (check !== undefined && !fixingKinds.has(check.kind))
        reader.report(keys['check']!.line, `${keys['check']!.name}: ${check.kind} fixes nothing.`);
      return check === undefined ? undefined : { kind, check };
    }
    case 'map-by-knowledge':
      return { kind, code: code ?? '', base: text('base'), ignoreCase: reader.flag(keys['ignore-case']) };
  }
}

function readAddField(reader: YamlReader, keys: Keys, item: Value): Deed | undefined {
  const { value, subfields } = keys;
  const tag = keys['on']?.node?.kind === 'scalar' ? keys['on'].node.source.slice(0, 3) : '';
  const isControl = /^00\d$/.test(tag);
  if (isControl && value === undefined) return missing(reader, item, 'value');
  if (!isControl && subfields === undefined) return missing(reader, item, 'subfields');
  if (isControl) return { kind: 'add-field', value: reader.text(value) ?? '', subfields: [] };
  if (value !== undefined) reader.report(value.line, `${value.name} is for control fields; write subfields.`);
  const parts: Part[] = reader.items(subfields).flatMap((one) =>
    reader.entries(one).flatMap((entry) => {
      const text = reader.text(entry);
      if (!isCode(entry.key)) reader.report(entry.line, `${entry.key} is no subfield code: it has one character.`);
      return text === undefined ? [] : [{ code: entry.key, value: text }];
    }),
  );
  if (parts.length === 0) reader.report(subfields!.line, `${subfields!.name} needs a list such as [a: ARTICLE].`);
  return { kind: 'add-field', value: undefined, subfields: parts };
}

function readTarget(reader: YamlReader, to: Entry | undefined, form: RegExp, meant: string): string {
  const text = to === undefined ? '' : (reader.text(to) ?? '');
  if (to === undefined) return text;
  if (!form.test(text)) reader.report(to.line, `${to.name} must be ${meant}.`);
  else if (/^00\d/.test(text) && form.test('700'))
    reader.report(to.line, `${to.name}: a data field cannot become a control field.`);
  return text;
}

function checkedReplacement(reader: YamlReader, entry: Entry | undefined, pattern: Pattern, text: string): string {
  try {
    compilePattern(pattern);
    checkReplacement(pattern, text);
  } catch (error) {
    if (entry !== undefined && /group/.test((error as Error).message))
      reader.report(entry.line, `${entry.name}: ${(error as Error).message}.`);
  }
  return text;
}

function readWhere(reader: YamlReader, value: Value): Condition | undefined {
  if (value.node?.kind === 'list') return joined(reader, 'and', value);
  const keys: Keys = reader.members(value, ['subfield', ...patternKeys, 'ignore-case', 'missing', 'and', 'or', 'not']);
  const { and, or, not } = keys;
  if (and !== undefined) return joined(reader, 'and', and);
  if (or !== undefined) return joined(reader, 'or', or);
  if (not !== undefined) {
    const of = readWhere(reader, not);
    return of && { kind: 'not', of };
  }
  if (keys['missing'] !== undefined) {
    const code = readCode(reader, keys['missing']);
    return code === undefined ? undefined : { kind: 'missing', code };
  }
  const code = keys['subfield'] === undefined ? undefined : readCode(reader, keys['subfield']);
  const pattern = readPattern(reader, keys, value.name);
  if (pattern === undefined) {
    reader.report(value.line, `${value.name} needs is, contains, matches, missing, and, or, or not.`);
    return undefined;
  }
  const condition: Condition = { kind: 'value', code, pattern };
  try {
    compileCondition(condition);
  } catch {
    // Told by readPattern.
  }
  return condition;
}

function joined(reader: YamlReader, kind: 'and' | 'or', value: Value): Condition | undefined {
  const of = reader.items(value).flatMap((one) => readWhere(reader, one) ?? []);
  if (of.length === 0) reader.report(value.line, `${value.name} is a list of conditions, and has none.`);
  return { kind, of };
}

function readPattern(reader: YamlReader, keys: Keys, name: string): Pattern | undefined {
  const given = patternKeys.filter((key) => keys[key] !== undefined);
  const [kind] = given;
  if (kind === undefined) return undefined;
  const entry = keys[kind]!;
  if (given.length > 1) reader.report(entry.line, `${name} has ${given.join(' and ')}: only one of them.`);
  const pattern = { kind, text: reader.text(entry) ?? '', ignoreCase: reader.flag(keys['ignore-case']) };
  if (pattern.text === '' && kind !== 'is') reader.report(entry.line, `${entry.name} is empty.`);
  try {
    compilePattern(pattern);
  } catch (error) {
    reader.report(entry.line, `${entry.name} cannot be read: ${(error as Error).message}.`);
  }
  return pattern;
}

function readCode(reader: YamlReader, value: Value): string | undefined {
  const text = reader.text(value);
  if (text === undefined || isCode(text)) return text;
  return void reader.report(value.line, `${value.name} must be one character: a subfield code.`);
}

function isCode(text: string): boolean {
  return /^[\x21-\x7e]$/.test(text);
}

function missing(reader: YamlReader, item: Value, key: string): undefined {
  reader.report(item.line, `${item.name} has no ${key}.`);
}
