import { manualPage, settingsManual } from '../../config/docs.ts';
import { configErrors } from '../../config/errors.ts';
import { loadSettings, readSettings, type Settings } from '../../config/settings.ts';
import { type SettingDefinition, settingsTable } from '../../config/table.ts';
import { valueText } from '../../config/values.ts';
import { version } from '../../config/version.ts';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';

const entries = Object.entries(settingsTable) as readonly [keyof Settings, SettingDefinition][];

const list = defineSubcommand({
  summary: 'Show every setting, its value, and where that comes from.',
  examples: [{ command: 'config list', doc: 'A password in database-url is not shown.' }],
  arguments: {},
  options: jsonOption,
  run: async ({ environment, options, print, printJson }) => {
    const { settings, origins, file } = readSettings(environment);
    const rows = entries.map(([key, definition]) => {
      const value = definition.secret && settings[key] !== undefined ? '(secret)' : settings[key];
      return { name: nameOf(definition), value: value ?? null, origin: origins[key] };
    });
    if (options.json) return printJson(rows);
    const width = Math.max(...rows.map(({ name }) => name.length));
    entries.forEach(([, definition], at) => {
      const { name = '', value, origin } = rows[at] ?? {};
      const place = origin === 'file' ? file : origin === 'environment' ? definition.environment : 'default';
      print(
        `${name.padEnd(width)}  ${value === null || value === undefined ? '(unset)' : valueText(definition, value)}  [${place}]`,
      );
    });
  },
});

const get = defineSubcommand({
  summary: 'Print the value of one setting.',
  examples: [{ command: 'config get port', doc: 'Prints nothing, with exit status 1, when it is unset.' }],
  arguments: { name: { doc: 'As in reperio.yaml or the environment.' } },
  options: jsonOption,
  run: async ({ environment, arguments: { name }, options, print, printJson }) => {
    const found = entries.find(([, definition]) => definition.name === name || definition.environment === name);
    if (!found) {
      const similar = nearest(
        name,
        entries.map(([, definition]) => nameOf(definition)),
      );
      const hint = similar === undefined ? '' : `Did you mean ${similar}? `;
      throw new UserError(configErrors.settingUnknown, { name, nearest: hint });
    }
    const value = loadSettings(environment)[found[0]];
    if (options.json) printJson(value ?? null);
    else if (value !== undefined) print(String(value));
    return value === undefined ? 1 : 0;
  },
});

const check = defineSubcommand({
  summary: 'Say what is wrong in the settings, if anything.',
  examples: [{ command: 'config check', doc: 'Before a restart.' }],
  arguments: {},
  options: {},
  run: async ({ settings, print }) => {
    const { trustProxy, baseUrl } = settings();
    print('The settings are all right.');
    if (trustProxy !== undefined && baseUrl === undefined)
      print(
        'There is a proxy (trust-proxy) and no base-url: links have the name that its Host header says. Set base-url.',
      );
  },
});

const docs = defineSubcommand({
  summary: 'Print the manual of all settings, or the manual page of reperio.',
  examples: [
    { command: 'config docs', doc: 'The text of docs/settings.md.' },
    { command: 'config docs --man | man -l -', doc: 'Reads the manual page.' },
  ],
  arguments: {},
  options: { man: { type: 'flag', doc: 'The manual page, reperio(1).' } },
  run: async ({ options, commands, stdout }) => {
    const summaries = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
    stdout.write(options.man ? manualPage(version(), summaries) : settingsManual());
  },
});

export const command: CommandGroup = {
  description:
    'Settings come from the environment, from reperio.yaml in the data folder, and from defaults, in this order.',
  commands: { list, get, check, docs },
};

function nameOf({ name, environment }: SettingDefinition): string {
  return name ?? environment;
}
