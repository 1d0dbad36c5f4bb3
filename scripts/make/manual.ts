import { type AnyCommand, type CommandTable, commandGroups, isGroup } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/table.ts';

/** The manual page reperio(1), of the table of commands. */
export async function manualPage(version: string, date: Date): Promise<string> {
  const day = date.toISOString().slice(0, 10);
  const groups = await Promise.all(commandGroups.map((group) => groupText(group, commandTable)));
  return `.TH REPERIO 1 "${day}" "Reperio ${version}" "Reperio"
.SH NAME
reperio \\- digital library server
.SH SYNOPSIS
.B reperio
.I COMMAND
.RI [ ARGUMENT ...]
.RI [ OPTION ...]
.SH DESCRIPTION
Loads, finds and shows records of a library in MARC 21 and their files. The service of this machine is
.BR reperio\\-web.service ;
systemd listens for it in
.BR reperio\\-web.socket .
.B reperio help
.I COMMAND
explains a command, with examples.
.SH COMMANDS
${groups.join('')}.SH ENVIRONMENT
.TP
.B REPERIO_DATA
The folder of the library. Of the package:
.IR /var/lib/reperio .
.TP
.B REPERIO_CONFIG
The file of settings. Of the package:
.IR /etc/reperio/reperio.yaml .
.TP
.B DATABASE_URL
A PostgreSQL server of your own; without it the embedded one is used.
.SH FILES
.TP
.I /etc/reperio/reperio.yaml
Settings; \\fBreperio config docs\\fR explains them.
.TP
.I /etc/reperio/secrets.env
Variables of the service with what is secret. It is not there at first.
.TP
.I /var/lib/reperio
The library: database, documents, index.
.TP
.I /opt/reperio/current
The release in force; its folder \\fIdocs\\fR has the manual.
.SH EXIT STATUS
0: it is done. 1: something is wrong, and was said. 70: a mistake of the program.
`;
}

async function groupText(group: string, table: CommandTable): Promise<string> {
  const own = Object.entries(table).filter(([, entry]) => entry.group === group);
  const parts = await Promise.all(
    own.map(async ([name, { summary, load }]) => {
      const { command } = await load();
      const inner = isGroup(command) ? Object.entries(command.commands) : [];
      return [
        entryText(`reperio ${name}`, isGroup(command) ? undefined : command, summary),
        ...inner.map(([word, definition]) => entryText(`reperio ${name} ${word}`, definition, definition.summary)),
      ].join('');
    }),
  );
  return `.SS ${group}\n${parts.join('')}`;
}

function entryText(name: string, command: AnyCommand | undefined, summary: string): string {
  const words = Object.entries(command?.arguments ?? {}).map(([word, { optional, many }]) => {
    const text = `\\fI${word.toUpperCase()}\\fR${many ? '...' : ''}`;
    return optional ? `[${text}]` : text;
  });
  const options = Object.keys(command?.options ?? {}).length > 0 ? [' [options]'] : [];
  return `.TP\n\\fB${escaped(name)}\\fR${words.map((word) => ` ${word}`).join('')}${options.join('')}\n${escaped(summary)}\n`;
}

/** For troff: a hyphen is a minus that can be copied, and no line begins with a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
