import type { SettingDefinition } from './table/definition.ts';
import { settingsTable } from './table.ts';
import { rangeText, valueText } from './values.ts';

const definitions: readonly SettingDefinition[] = Object.values(settingsTable);

/** docs/settings.md */
export function settingsManual(): string {
  const parts = definitions.map((definition) => {
    const { name, environment, doc } = definition;
    const places =
      name === undefined ? `\`${environment}\`` : `\`${environment}\` in the environment, \`${name}\` in the file`;
    return `## ${name ?? environment}\n\n${doc}\n\n* ${places}\n* ${factsOf(definition).join('\n* ')}\n`;
  });
  return `# Settings

A setting comes from the environment, or else from \`reperio.yaml\` in the data folder (or the file
named by \`REPERIO_CONFIG\`), or else is the default. A command stops if settings are wrong, and lists
all of them. \`reperio config list\` shows the current values and their origin. A reload (SIGHUP to
\`serve\`) reads the file again; the environment does not change until a restart. \`reperio config docs\`
writes this page.

\`\`\`yaml
# reperio.yaml
host: 0.0.0.0
port: 80
statement-timeout: 30s
\`\`\`

${parts.join('\n')}`;
}

/** One phrase each: default, range or choices, kind. */
function factsOf(definition: SettingDefinition): readonly string[] {
  const { choices } = definition;
  const range = rangeText(definition);
  return [
    `default: ${defaultText(definition)}`,
    ...(choices ? [`one of ${choices.join(', ')}`] : []),
    ...(range === '' ? [] : [range]),
    ...(definition.type === 'bytes' ? ['bytes, or with kB, MB, GB'] : []),
    ...(definition.type === 'duration' ? ['milliseconds, or with ms, s, min, h, d'] : []),
    changes[definition.change],
  ];
}

const changes: Readonly<Record<SettingDefinition['change'], string>> = {
  restart: 'a change needs a restart of `serve`',
  reload: 'a change needs a reload of `serve`',
  command: 'a change takes effect with the next command',
};

function defaultText(definition: SettingDefinition): string {
  if (definition.defaultDoc !== undefined) return definition.defaultDoc;
  return definition.default === undefined ? 'unset' : valueText(definition, definition.default);
}

/** reperio(1), for `man -l`. */
export function manualPage(version: string, commands: readonly (readonly [name: string, summary: string])[]): string {
  const entries = commands.map(([name, summary]) => `.TP\n.B ${roff(name)}\n${roff(summary)}`);
  const settings = definitions.map((definition) => {
    const facts = factsOf(definition).map((fact) => `${fact.replaceAll('`', '')}.`);
    return `.TP\n.B ${roff(definition.environment)}\n${roff(`${definition.doc.replaceAll('`', '')} ${facts.join(' ')}`)}`;
  });
  return `.TH REPERIO 1 "" "reperio ${roff(version)}"
.SH NAME
reperio \\- digital library server
.SH SYNOPSIS
.B reperio
.I command
[arguments] [options]
.SH COMMANDS
\\fBreperio help\\fR \\fIcommand\\fR explains a command, with examples.
${entries.join('\n')}
.SH ENVIRONMENT
Each setting can also be given in reperio.yaml in the data folder, by its name in lower case with hyphens and without REPERIO.
.TP
.B REPERIO_CONFIG
The settings file to read instead of reperio.yaml in the data folder.
${settings.join('\n')}
.SH EXIT STATUS
0 success, 1 failure, 2 a mistake on the command line, 70 a bug.
`;
}

function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
