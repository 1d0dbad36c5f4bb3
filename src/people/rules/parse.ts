import { createRequire } from 'node:module';
import { BlockList, isIP } from 'node:net';
import type { RE2JS } from 're2js';
import { nearest } from '../../errors/nearest.ts';
import { identityOf } from '../../site/identity.ts';
import { RuleMistake, type RuleProblem } from './problem.ts';
import type { Rule, RuleValue } from './rule.ts';

export interface ParsedRules {
  /** Without the lines that are wrong. */
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

/** Other names of a field, as older rules have them. */
const aliases: Readonly<Record<string, string>> = { groups: 'group', name: 'nickname', user_agent: 'agent' };

/** remote_host is known to the language and to nobody here: such a rule is passed over. */
const ruleFields = [
  'uid',
  'nickname',
  'email',
  'group',
  'guest',
  'remote_ip',
  'remote_host',
  'referer',
  'agent',
  'uri',
];

/** Rules may be written by many hands over years, not by a machine. */
const longestRules = 20_000;
const longestPattern = 500;

/**
 * Reads the rules of a role, one a line:
 *
 *   allow|deny any|all
 *   allow|deny from|until "YYYY-MM-DD"
 *   allow|deny [not] FIELD "value", 'value', /expression/i ...
 *
 * "#" begins a comment. Never throws for what is in them: every mistake is among the problems.
 */
export function parseRules(text: string): ParsedRules {
  if (text.length > longestRules)
    return { rules: [], problems: [problemOf(1, new RuleMistake('too_long', { most: longestRules }))] };
  const rules: Rule[] = [];
  const problems: RuleProblem[] = [];
  text.split(/\r\n|\r|\n/).forEach((written, at) => {
    const line = at + 1;
    try {
      const rule = parseLine(written, line);
      if (rule !== undefined) rules.push(rule);
    } catch (error) {
      if (!(error instanceof RuleMistake)) throw error;
      problems.push(problemOf(line, error));
    }
  });
  return { rules, problems };
}

function problemOf(line: number, { message, kind, values, near }: RuleMistake): RuleProblem {
  return { line, message, kind, values, near };
}

function parseLine(written: string, line: number): Rule | undefined {
  const reader = { text: written, at: 0 };
  const command = word(reader);
  if (command === undefined) {
    if (atEnd(reader)) return undefined;
    throw new RuleMistake('no_verb');
  }
  const verb = command.toLowerCase();
  if (verb !== 'allow' && verb !== 'deny')
    throw new RuleMistake('verb', { word: command }, nearest(verb, ['allow', 'deny']));
  const allow = verb === 'allow';
  const text = written.trim();
  const first = word(reader);
  const subject = first?.toLowerCase();
  if (first === undefined || subject === undefined) throw new RuleMistake('no_subject', { verb });
  if (subject === 'any' || subject === 'all') {
    if (!atEnd(reader)) throw new RuleMistake('after_any', { verb, word: subject });
    return { kind: 'everybody', allow, line, text };
  }
  if (subject === 'from' || subject === 'until')
    return { kind: 'date', side: subject, at: turn(subject, readValues(reader)), allow, line, text };
  const not = subject === 'not';
  const named = not ? word(reader) : first;
  if (named === undefined) throw new RuleMistake('no_field');
  const field = fieldOf(named);
  return {
    kind: 'field',
    not,
    field,
    values: readValues(reader).map((one) => ruleValue(field, one)),
    allow,
    line,
    text,
  };
}

function fieldOf(written: string): string {
  const name = written.toLowerCase();
  if (name.startsWith('precached_')) throw new RuleMistake('precached', { word: written });
  const field = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  if (ruleFields.includes(field) || field.startsWith('external_')) return field;
  throw new RuleMistake('field', { word: written, fields: ruleFields.join(', ') }, nearest(field, ruleFields));
}

interface Reader {
  readonly text: string;
  at: number;
}

interface Written {
  readonly kind: 'quoted' | 'pattern';
  readonly text: string;
  readonly ignoreCase: boolean;
}

function skipBlanks(reader: Reader): void {
  while (/\s/.test(reader.text.charAt(reader.at))) reader.at++;
}

/** Is there nothing left but a comment? */
function atEnd(reader: Reader): boolean {
  skipBlanks(reader);
  return reader.at >= reader.text.length || reader.text.charAt(reader.at) === '#';
}

function word(reader: Reader): string | undefined {
  skipBlanks(reader);
  const [found] = /^[\p{L}\p{N}_-]+/u.exec(reader.text.slice(reader.at)) ?? [];
  reader.at += found?.length ?? 0;
  return found;
}

/** One value or more, with commas between. */
function readValues(reader: Reader): readonly Written[] {
  const values: Written[] = [];
  for (;;) {
    if (atEnd(reader)) throw new RuleMistake('no_value');
    values.push(readValue(reader));
    if (atEnd(reader)) return values;
    if (reader.text.charAt(reader.at) !== ',') throw new RuleMistake('no_comma');
    reader.at++;
  }
}

function readValue(reader: Reader): Written {
  const open = reader.text.charAt(reader.at);
  if (open !== '"' && open !== "'" && open !== '/') throw new RuleMistake('no_quotes', { word: open });
  let text = '';
  for (let at = reader.at + 1; at < reader.text.length; at++) {
    const char = reader.text.charAt(at);
    if (char === '\\' && reader.text.charAt(at + 1) === open) {
      text += open;
      at++;
    } else if (char === '\\' && open === '/') {
      // A backslash and what it stands before belong to the expression.
      text += char + reader.text.charAt(++at);
    } else if (char === open) {
      const ignoreCase = open === '/' && reader.text.charAt(at + 1).toLowerCase() === 'i';
      reader.at = at + (ignoreCase ? 2 : 1);
      return { kind: open === '/' ? 'pattern' : 'quoted', text, ignoreCase };
    } else text += char;
  }
  throw new RuleMistake('open', { word: open });
}

function ruleValue(field: string, written: Written): RuleValue {
  if (written.kind === 'pattern') return { kind: 'pattern', pattern: compile(written) };
  if (field !== 'remote_ip') return { kind: 'text', text: identityOf(written.text) };
  return { kind: 'network', network: networkOf(written.text) };
}

function compile({ text, ignoreCase }: Written): RE2JS {
  if (text.length > longestPattern) throw new RuleMistake('long_expression', { most: longestPattern });
  // Loaded here, since it costs every process 10 ms and few rules have a regular expression.
  const { RE2JS: engine } = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  try {
    return engine.compile(text, ignoreCase ? engine.CASE_INSENSITIVE : 0);
  } catch (error) {
    throw new RuleMistake('expression', { word: text, reason: error instanceof Error ? error.message : '' });
  }
}

/** An address, or "192.0.2.0/24", "2001:db8::/32". */
function networkOf(text: string): BlockList {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || rest.length > 0 || !(length <= bits)) throw new RuleMistake('network', { word: text });
  const list = new BlockList();
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  return list;
}

const day = 86_400_000;

/** When a date rule turns: "from" when its day begins, "until" when it has ended. */
function turn(side: 'from' | 'until', values: readonly Written[]): number {
  const [only] = values;
  if (only === undefined || values.length > 1) throw new RuleMistake('one_date', { side });
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(only.kind === 'quoted' ? only.text : '') ?? [];
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date));
  if (year === undefined || new Date(at).toISOString().slice(0, 10) !== only.text)
    throw new RuleMistake('date', { word: only.text });
  return side === 'from' ? at : at + day;
}
