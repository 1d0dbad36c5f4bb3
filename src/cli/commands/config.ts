import { manualPage, settingsManual } from '../../config/docs.ts';
import { configErrors } from '../../config/errors.ts';
import { settingGroups, settingUnits } from '../../config/groups.ts';
import { loadSettings, readSettings, type Settings } from '../../config/settings.ts';
import type { SettingDefinition } from '../../config/table/definition.ts';
import { settingsTable } from '../../config/table.ts';
import { valueText } from '../../config/values.ts';
import { version } from '../../config/version.ts';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { fitted, windowOf } from '../terminal.ts';

const entries = Object.entries(settingsTable) as readonly [keyof Settings, SettingDefinition][];

const list = defineSubcommand({
  summary: 'Show every setting, its value and its origin.',
  examples: [
    { command: 'config list', doc: 'Passwords are not shown.' },
    { command: 'config list --changed', doc: 'Only what differs from the defaults.' },
  ],
  arguments: {},
  options: { changed: { type: 'flag', doc: 'Only settings that are set.' }, ...jsonOption },
  run: async ({ environment, options, stdout, print, printJson }) => {
    const { settings, origins, file } = readSettings(environment);
    const shown = entries.filter(([key]) => !options.changed || origins[key] !== 'default');
    const valueOfEntry = ([key, { secret }]: (typeof entries)[number]) =>
      (secret && settings[key] !== undefined ? '(secret)' : settings[key]) ?? null;
    if (options.json)
      return printJson(
        shown.map((entry) => ({ name: nameOf(entry[1]), value: valueOfEntry(entry), origin: origins[entry[0]] })),
      );
    if (shown.length === 0) return print('Every setting has its default.');
    const terminal = windowOf(stdout, environment);
    const longest = Math.max(...shown.map(([, definition]) => nameOf(definition).length));
    for (const [group, keys] of Object.entries(settingGroups)) {
      const own = shown.filter(([key]) => keys.includes(key));
      if (own.length > 0) print(terminal.heading(`${group}:`));
      for (const entry of own) {
        const [key, definition] = entry;
        const origin = origins[key];
        const place = origin === 'file' ? file : origin === 'environment' ? definition.environment : 'default';
        const text = shownValue(entry, valueOfEntry(entry));
        print(fitted(`  ${nameOf(definition).padEnd(longest)}  ${text}  [${place}]`, terminal.width));
      }
    }
  },
});

function shownValue([key, definition]: (typeof entries)[number], value: Settings[keyof Settings] | null): string {
  if (value === null || value === undefined) return '(unset)';
  const unit = typeof value === 'number' ? settingUnits[key] : undefined;
  return valueText(definition, value) + (unit === undefined ? '' : ` ${unit}`);
}

const get = defineSubcommand({
  summary: 'Print the value of one setting.',
  examples: [{ command: 'config get port', doc: 'Prints nothing, with exit status 1, when it is unset.' }],
  arguments: { name: { doc: 'The name in reperio.yaml or in the environment.' } },
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
  summary: 'Check the settings for mistakes.',
  examples: [{ command: 'config check', doc: 'For example before a restart.' }],
  arguments: {},
  options: {},
  run: async ({ settings, print }) => {
    const { trustProxy, baseUrl } = settings();
    print('The settings are valid.');
    if (trustProxy !== undefined && baseUrl === undefined)
      print('trust-proxy is set, but base-url is not: links use the name in the Host header. Set base-url.');
  },
});

const docs = defineSubcommand({
  summary: 'Print the manual of the settings, or the manual page of reperio.',
  examples: [
    { command: 'config docs', doc: 'The text of docs/settings.md.' },
    { command: 'config docs --man | man -l -', doc: 'Shows the manual page.' },
  ],
  arguments: {},
  options: { man: { type: 'flag', doc: 'Print the manual page, reperio(1).' } },
  run: async ({ options, commands, stdout }) => {
    const summaries = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
    stdout.write(options.man ? manualPage(version(), summaries) : settingsManual());
  },
});

export const command: CommandGroup = {
  description:
    'A setting comes from the environment, or else from reperio.yaml in the data folder, or else is the default.',
  commands: { list, get, check, docs },
};

function nameOf({ name, environment }: SettingDefinition): string {
  return name ?? environment;
}
