import { parseArgs } from 'node:util';
import { type ErrorKind, UserError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import type { AnyCommand, OptionDefinition } from './command.ts';
import { cliErrors } from './errors.ts';

export interface ParsedCommandLine {
  readonly arguments: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
}

type OptionValue = string | number | boolean | readonly string[] | undefined;

/** What somebody typed wrong: exits with 2. */
export class UsageError extends UserError {
  constructor(kind: ErrorKind, values: Readonly<Record<string, string | number>>) {
    super(kind, values);
    this.name = 'UsageError';
  }
}

/** `name` is what was typed for the command, as "db migrate". */
export function parseCommandLine(name: string, command: AnyCommand, words: readonly string[]): ParsedCommandLine {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(command.options).map(([option, definition]) => [option, parserOption(definition)]),
    ),
    strict: false,
    tokens: true,
  });
  const options: Record<string, OptionValue> = {};
  for (const [option, { type }] of Object.entries(command.options)) {
    options[option] = type === 'flag' ? false : type === 'list' ? [] : undefined;
  }
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const definition = command.options[token.name];
    if (!definition) {
      const similar = nearest(token.name, Object.keys(command.options));
      const hint = similar === undefined ? '' : `Did you mean --${similar}? `;
      throw new UsageError(cliErrors.unknownOption, { command: name, option: token.rawName, nearest: hint });
    }
    const value = optionValue(name, token.rawName, definition, token.value, token.inlineValue === true);
    options[token.name] = definition.type === 'list' ? [...(options[token.name] as string[]), String(value)] : value;
  }
  return { arguments: parseArguments(name, command, positionals), options };
}

function parserOption({ type, short }: OptionDefinition) {
  return { type: type === 'flag' ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) } as const;
}

function optionValue(
  command: string,
  option: string,
  definition: OptionDefinition,
  given: string | undefined,
  inline: boolean,
): OptionValue {
  const wrong = (problem: string) => new UsageError(cliErrors.wrongOption, { command, option, problem });
  if (definition.type === 'flag') {
    if (given !== undefined) throw wrong('takes no value');
    return true;
  }
  if (given === undefined || (!inline && given.startsWith('--')))
    throw wrong(`needs a value (${valueName(definition)})`);
  const { choices, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = definition;
  if (choices && !choices.includes(given)) throw wrong(`is "${given}" and must be one of ${choices.join(', ')}`);
  if (definition.type !== 'number') return given;
  const number = Number(given);
  if (!/^-?\d+$/.test(given) || !Number.isSafeInteger(number)) throw wrong(`is "${given}" and must be a whole number`);
  if (number < minimum) throw wrong(`is ${given} and must be at least ${minimum}`);
  if (number > maximum) throw wrong(`is ${given} and must be at most ${maximum}`);
  return number;
}

export function valueName({ type, value, choices }: OptionDefinition): string {
  return value ?? choices?.join('|') ?? (type === 'number' ? 'N' : 'TEXT');
}

function parseArguments(
  command: string,
  { arguments: definitions }: AnyCommand,
  given: readonly string[],
): ParsedCommandLine['arguments'] {
  const values: Record<string, string | readonly string[] | undefined> = {};
  let at = 0;
  for (const [name, { many, optional, choices }] of Object.entries(definitions)) {
    const taken = many ? given.slice(at) : given.slice(at, at + 1);
    at += taken.length;
    if (taken.length === 0 && !optional)
      throw new UsageError(cliErrors.missingArgument, { command, argument: argumentName(name) });
    const strange = choices && taken.find((word) => !choices.includes(word));
    if (strange !== undefined) {
      const similar = nearest(strange, choices ?? []);
      throw new UsageError(cliErrors.unknownArgument, {
        command,
        given: strange,
        choices: `; it is one of ${choices?.join(', ')}`,
        nearest: similar === undefined ? '' : `Did you mean ${similar}? `,
      });
    }
    values[name] = many ? taken : taken[0];
  }
  const [extra] = given.slice(at);
  if (extra !== undefined)
    throw new UsageError(cliErrors.unknownArgument, { command, given: extra, choices: '', nearest: '' });
  return values;
}

export function argumentName(name: string): string {
  return name.toUpperCase();
}
