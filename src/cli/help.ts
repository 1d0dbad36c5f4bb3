import {
  type AnyCommand,
  type ArgumentDefinition,
  type CommandGroup,
  type CommandTable,
  commandGroups,
  type OptionDefinition,
} from './command.ts';
import { argumentName, valueName } from './parse.ts';
import type { Heading } from './terminal.ts';

const width = 100;

/** `reperio help`. */
export function overview(table: CommandTable, heading: Heading): string {
  const commands = Object.entries(table);
  const left = Math.max(...commands.map(([name]) => name.length));
  const groups = commandGroups.map((group) => {
    const own = commands.filter(([, entry]) => entry.group === group);
    const pairs = own.map(([name, { summary }]) => [name, summary] as const);
    return `${heading(`${group}:`)}\n${rows(pairs, left)}`;
  });
  return `Reperio is a digital library server: it loads, finds and shows records.

${heading('Usage:')} reperio COMMAND ...

${groups.join('\n\n')}

\`reperio help COMMAND\` explains a command, with examples. REPERIO_DATA names the folder of the library.
README.md leads to the guides and the reference in the folder docs/.
`;
}

/** `reperio help db`. */
export function groupHelp(
  name: string,
  summary: string,
  { description, commands }: CommandGroup,
  heading: Heading,
): string {
  const list = Object.entries(commands).map(
    ([word, command]) => [usage(`${name} ${word}`, command), command.summary] as const,
  );
  return `${paragraphs(summary, description)}

${heading('Usage:')}
${rows(list)}

\`reperio help ${name} ${Object.keys(commands)[0]}\` explains a command, with examples.
`;
}

/** `reperio help db migrate`. */
export function commandHelp(name: string, summary: string, command: AnyCommand, heading: Heading): string {
  const parts = [paragraphs(summary, command.description), `${heading('Usage:')} reperio ${usage(name, command)}`];
  const described = Object.entries(command.arguments).map(
    ([word, argument]) => [argumentName(word), argumentDoc(argument)] as const,
  );
  if (described.length > 0) parts.push(rows(described));
  const options = Object.entries(command.options).map(
    ([word, option]) => [optionUsage(word, option), option.doc] as const,
  );
  if (options.length > 0) parts.push(`${heading('Options:')}\n${rows(options)}`);
  const examples = command.examples.map((example) => `  reperio ${example.command}\n      ${example.doc}`);
  if (examples.length > 0) parts.push(`${heading('Examples:')}\n${examples.join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

function usage(name: string, command: AnyCommand): string {
  const words = Object.entries(command.arguments).map(([word, definition]) => argumentUsage(word, definition));
  return [name, ...words, ...(Object.keys(command.options).length > 0 ? ['[options]'] : [])].join(' ');
}

/** With the words that it may be, where the line of usage has no room for them. */
function argumentDoc({ doc, choices = [] }: ArgumentDefinition): string {
  return choices.join('|').length > longestChoices ? `${doc} They are ${choices.join(', ')}.` : doc;
}

/** In a line of usage; of more the name stands there. */
const longestChoices = 60;

function argumentUsage(name: string, { many, optional, choices }: ArgumentDefinition): string {
  const listed = choices?.join('|') ?? '';
  const word = (listed === '' || listed.length > longestChoices ? argumentName(name) : listed) + (many ? '...' : '');
  return optional ? `[${word}]` : word;
}

function optionUsage(name: string, option: OptionDefinition): string {
  const long = option.type === 'flag' ? `--${name}` : `--${name} ${valueName(option)}`;
  return option.short === undefined ? long : `-${option.short}, ${long}`;
}

function paragraphs(summary: string, description: string | undefined): string {
  return [summary, ...(description === undefined ? [] : description.trim().split(/\n\s*\n/))]
    .map((paragraph) => wrap(paragraph, width).join('\n'))
    .join('\n\n');
}

/** Two columns; a long first one has a line of its own. */
function rows(pairs: readonly (readonly [left: string, right: string])[], least = 0): string {
  const left = Math.min(30, Math.max(least, ...pairs.map(([word]) => word.length)));
  return pairs
    .flatMap(([word, text]) => {
      const [first = '', ...rest] = wrap(text, width - left - 4);
      const indent = ' '.repeat(left + 4);
      const head = word.length > left ? [`  ${word}`, indent + first] : [`  ${word.padEnd(left)}  ${first}`];
      return [...head, ...rest.map((line) => indent + line)];
    })
    .join('\n');
}

function wrap(text: string, limit: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
