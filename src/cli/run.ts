import { loadSettings, type Settings } from '../config/settings.ts';
import { version } from '../config/version.ts';
import { whereToSet } from '../config/where-to-set.ts';
import { UserError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import { explainDisk } from '../store/disk-errors.ts';
import {
  type AnyCommand,
  type ArgumentDefinitions,
  type CommandContext,
  type CommandGroup,
  isGroup,
  type OptionDefinitions,
} from './command.ts';
import { cliErrors } from './errors.ts';
import { commandHelp, groupHelp, overview } from './help.ts';
import { parseCommandLine, UsageError } from './parse.ts';
import { commandTable } from './table.ts';
import { type Heading, headingOf, shownOn } from './terminal.ts';
import { Interrupted, type World } from './world.ts';

const usageStatus = 2;
const bugStatus = 70;
const pluginStatus = 3;

/** Runs what was typed after `reperio`. Resolves to the exit status and never rejects. */
export async function runCommandLine(words: readonly string[], world: World): Promise<number> {
  let failureStatus = 1;
  let plugin: string | undefined;
  try {
    const [first, ...rest] = words;
    if (first === undefined || first === '--help' || first === '-h')
      return say(world, overview(commandTable, headingOf(world.stdout, world.environment)));
    if (first === '--version' || first === '-V' || (first === 'version' && rest.length === 0))
      return say(world, `reperio ${version()}\n`);
    if (first === 'help') return say(world, await help(rest, headingOf(world.stdout, world.environment)));
    const found = await find(words);
    if (!isGroup(found.command)) plugin = found.command.plugin;
    const asked = found.rest.slice(0, indexOrEnd(found.rest, '--'));
    if (asked.includes('--help') || asked.includes('-h'))
      return say(world, helpOf(found, headingOf(world.stdout, world.environment)));
    if (isGroup(found.command)) {
      throw new UsageError(cliErrors.missingCommand, {
        name: found.name,
        commands: Object.keys(found.command.commands).join(', '),
      });
    }
    failureStatus = found.command.failureStatus ?? 1;
    const context = contextOf(found.name, found.command, found.rest, world);
    return (await found.command.run(context as never)) ?? 0;
  } catch (error) {
    return plugin === undefined ? report(error, failureStatus, world) : pluginReport(error, plugin, world);
  }
}

interface Found {
  readonly name: string;
  readonly summary: string;
  readonly command: AnyCommand | CommandGroup;
  readonly rest: readonly string[];
}

/** The command that the first words name; of a group alone, the group. */
async function find(words: readonly string[]): Promise<Found> {
  const [name = '', second, ...rest] = words;
  const entry = Object.hasOwn(commandTable, name) ? commandTable[name] : undefined;
  if (!entry) throw unknown(name, name, Object.keys(commandTable));
  const { command } = await entry.load();
  const afterName = words.slice(1);
  if (isGroup(command) && command.alone !== undefined && (second === undefined || isOption(second))) {
    const own = command.commands[command.alone]!;
    return { name: `${name} ${command.alone}`, summary: own.summary, command: own, rest: afterName };
  }
  if (!isGroup(command) || second === undefined || second.startsWith('-')) {
    return { name, summary: entry.summary, command, rest: afterName };
  }
  if (command.ofNumber !== undefined && /^\d+$/.test(second)) {
    const own = command.commands[command.ofNumber]!;
    return { name: `${name} ${command.ofNumber}`, summary: own.summary, command: own, rest: afterName };
  }
  const inner = Object.hasOwn(command.commands, second) ? command.commands[second] : undefined;
  if (!inner) {
    const meant = command.synonyms?.[second] ?? second;
    throw unknown(`${name} ${second}`, meant, Object.keys(command.commands), `${name} `);
  }
  return { name: `${name} ${second}`, summary: inner.summary, command: inner, rest };
}

/** Help is asked of the whole group. */
function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '--help' && word !== '-h';
}

function unknown(name: string, word: string, candidates: readonly string[], prefix = ''): UsageError {
  const similar = nearest(word, candidates);
  const hint = similar === undefined ? '' : `Did you mean \`reperio ${prefix}${similar}\`? `;
  return new UsageError(cliErrors.unknownCommand, { name, nearest: hint, help: `reperio help ${prefix}`.trimEnd() });
}

async function help(words: readonly string[], heading: Heading): Promise<string> {
  if (words.length === 0) return overview(commandTable, heading);
  return helpOf(await find(words.length === 1 ? [...words, '--help'] : words), heading);
}

function helpOf({ name, summary, command }: Found, heading: Heading): string {
  return isGroup(command) ? groupHelp(name, summary, command, heading) : commandHelp(name, summary, command, heading);
}

function contextOf(name: string, command: AnyCommand, words: readonly string[], world: World) {
  const { environment, stdout, stderr, colour, signal, onHangup } = world;
  let settings: Settings | undefined;
  const context: Omit<CommandContext<ArgumentDefinitions, OptionDefinitions>, 'arguments' | 'options'> = {
    settings: () => (settings ??= loadSettings(environment)),
    readSettings: () => loadSettings(environment),
    onHangup,
    environment,
    commands: commandTable,
    signal,
    get stdin() {
      return world.stdin;
    },
    stdout,
    stderr,
    colour,
    print: (line) => void stdout.write(`${shownOn(stdout, line)}\n`),
    printJson: (value) => void stdout.write(`${shownOn(stdout, JSON.stringify(value))}\n`),
  };
  // Not spread: that would open what is opened when it is asked for.
  return Object.assign(context, parseCommandLine(name, command, words));
}

function say({ stdout }: World, text: string): number {
  stdout.write(text);
  return 0;
}

function indexOrEnd(words: readonly string[], word: string): number {
  const at = words.indexOf(word);
  return at < 0 ? words.length : at;
}

/** Nagios reads the first line of data, and takes any status but 3 for something that was found. */
function pluginReport(thrown: unknown, name: string, { stdout }: World): number {
  const error = explainDisk(thrown);
  const said = error instanceof Error ? error.message : String(error);
  const hint = error instanceof UserError ? ` ${error.hint}` : '';
  stdout.write(`${name} UNKNOWN - ${`${said}${hint}`.replace(/\s+/g, ' ').replaceAll('|', '/')}\n`);
  return pluginStatus;
}

function report(thrown: unknown, failureStatus: number, { stderr, colour, signal, environment }: World): number {
  const error = explainDisk(thrown);
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  if (error instanceof UserError) {
    const advice = `${error.hint}${whereToSet(error.hint, environment)}`;
    const [message, hint] = [error.message, advice].map((text) => shownOn(stderr, text));
    stderr.write(`${paint(31, 'error:')} ${message}\n${paint(36, 'hint:')} ${hint}\n`);
    return error instanceof UsageError ? usageStatus : failureStatus;
  }
  // What an aborted wait throws has the reason itself or as its cause.
  const isAbort = error instanceof Error && error.name === 'AbortError';
  if (isAbort && signal.aborted) return signal.reason instanceof Interrupted ? signal.reason.exitStatus : failureStatus;
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `${paint(31, 'error:')} This is a bug in Reperio ${version()}; please report it and say what you did.\n${told}\n`,
  );
  return bugStatus;
}
