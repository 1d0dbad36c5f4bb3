import { settingsTable } from '../config/table.ts';
import type { OptionDefinitions } from './command.ts';

const { minimum, maximum } = settingsTable.port;

/** The option of commands that serve. */
export const portOption = {
  port: { type: 'number', value: 'PORT', minimum, maximum, doc: 'The TCP port; default: the setting `port`.' },
} as const satisfies OptionDefinitions;
