import type { Readable, Writable } from 'node:stream';
import type { Settings } from '../config/settings.ts';

/**
 * What a command is: plain data from which parsing, help, shell completion and the manual come, and
 * one function. See main.ts for how to add one.
 */
export interface CommandDefinition<
  A extends ArgumentDefinitions = ArgumentDefinitions,
  O extends OptionDefinitions = OptionDefinitions,
> {
  /** Paragraphs under the summary in `reperio help NAME`. */
  readonly description?: string;
  /** Shown by help, each with what it does. */
  readonly examples: readonly CommandExample[];
  /** Positional arguments, in order. */
  readonly arguments: A;
  readonly options: O;
  /**
   * Exit status when `run` throws a UserError; default 1. What is typed wrong exits with 2, a bug
   * with 70.
   */
  readonly failureStatus?: number;
  /**
   * A plug-in as Nagios calls it: whatever goes wrong, wrong usage and bugs included, is one line
   * of data, "NAME UNKNOWN - ...", and exits with 3.
   */
  readonly plugin?: string;
  /**
   * Resolves to the exit status; undefined is 0. Throws UserError for what the user should read.
   */
  readonly run: (context: CommandContext<A, O>) => Promise<number | undefined> | Promise<void>;
}

/** `reperio db migrate`: a word that only holds other commands. */
export interface CommandGroup {
  readonly description?: string;
  /** Which of its commands its own name does, alone or with options. */
  readonly alone?: string;
  /** Which of its commands is meant when a number stands in its place: `reperio job 12`. */
  readonly ofNumber?: string;
  readonly commands: Readonly<Record<string, SubcommandDefinition>>;
  /** Other words that people type for its commands: they are told which one they may mean. */
  readonly synonyms?: Readonly<Record<string, string>>;
}

export interface SubcommandDefinition extends AnyCommand {
  readonly summary: string;
}

/** The headings of `reperio help`, in its order. */
export const commandGroups = ['Begin', 'Records', 'People', 'Running', 'Programming'] as const;

/** What one line of the table of commands says. */
export interface TableEntry {
  readonly group: (typeof commandGroups)[number];
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: AnyCommand | CommandGroup }>;
}

export type CommandTable = Readonly<Record<string, TableEntry>>;

export function isGroup(command: AnyCommand | CommandGroup): command is CommandGroup {
  return 'commands' in command;
}

export interface CommandExample {
  /** Without the "reperio". */
  readonly command: string;
  readonly doc: string;
}

export interface ArgumentDefinition {
  readonly doc: string;
  readonly optional?: true;
  /**
   * Takes all that is left; only the last argument may. Without `optional` there must be one at
   * least.
   */
  readonly many?: true;
  /** The words it may be. */
  readonly choices?: readonly string[];
}

export interface OptionDefinition {
  readonly doc: string;
  /** flag: true or false. number: an integer. list: may be given several times. */
  readonly type: 'flag' | 'text' | 'number' | 'list';
  /** How help calls its value, as FILE. */
  readonly value?: string;
  readonly short?: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type ArgumentDefinitions = Readonly<Record<string, ArgumentDefinition>>;
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

type ArgumentValue<D extends ArgumentDefinition> = D['many'] extends true
  ? readonly string[]
  : D['optional'] extends true
    ? string | undefined
    : string;

interface OptionValues {
  readonly flag: boolean;
  readonly text: string | undefined;
  readonly number: number | undefined;
  readonly list: readonly string[];
}

/** Everything a command may use of the world, so that a test can give it another one. */
export interface CommandContext<A extends ArgumentDefinitions, O extends OptionDefinitions> {
  readonly arguments: { readonly [K in keyof A]: ArgumentValue<A[K]> };
  readonly options: { readonly [K in keyof O]: OptionValues[O[K]['type']] };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads the settings, once. Throws one UserError that lists every wrong one. */
  readonly settings: () => Settings;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** Takes SIGHUP for something else than the end. */
  readonly onHangup: (listener: () => void) => void;
  /** All commands, for those that tell of the others. */
  readonly commands: CommandTable;
  /** Reads the settings anew. Throws as `settings`. */
  readonly readSettings: () => Settings;
  readonly stdin: Readable;
  /** Data. */
  readonly stdout: Writable;
  /** Progress and warnings. */
  readonly stderr: Writable;
  /** Whether stderr shows colours. */
  readonly colour: boolean;
  /** Writes a line of data. */
  readonly print: (line: string) => void;
  /** Writes a value as one line of JSON; the convention for `--json`. */
  readonly printJson: (value: unknown) => void;
}

// A function parameter is checked contravariantly; the table of commands needs a type that any
// definition is assignable to.
export type AnyCommand = Omit<CommandDefinition, 'run'> & {
  readonly run: (context: never) => Promise<number | undefined> | Promise<void>;
};

/** Gives `run` the types of the declared arguments and options. */
export function defineCommand<const A extends ArgumentDefinitions, const O extends OptionDefinitions>(
  definition: CommandDefinition<A, O>,
): CommandDefinition<A, O> {
  return definition;
}

/** The same for a command of a group, which brings its own summary. */
export function defineSubcommand<const A extends ArgumentDefinitions, const O extends OptionDefinitions>(
  definition: CommandDefinition<A, O> & { readonly summary: string },
): CommandDefinition<A, O> & { readonly summary: string } {
  return definition;
}

/** The option of every command that can answer in JSON. */
export const jsonOption = { json: { type: 'flag', doc: 'Print JSON.' } } as const satisfies OptionDefinitions;
