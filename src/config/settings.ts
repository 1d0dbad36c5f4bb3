import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import { configErrors } from './errors.ts';
import { mapText } from './map-text.ts';
import type { SettingDefinition } from './table/definition.ts';
import { settingsTable } from './table.ts';
import { parseValue } from './values.ts';

interface ValueTypes {
  readonly text: string;
  readonly path: string;
  readonly number: number;
  readonly bytes: number;
  readonly duration: number;
  readonly boolean: boolean;
}

type Table = typeof settingsTable;
type Value<D extends { readonly type: keyof ValueTypes; readonly default: unknown }> = D['default'] extends undefined
  ? ValueTypes[D['type']] | undefined
  : ValueTypes[D['type']];

/**
 * The checked settings: plain frozen data. Paths are absolute, bytes and milliseconds are numbers.
 */
export type Settings = { readonly [K in keyof Table]: Value<Table[K]> };

export type Origin = 'default' | 'environment' | 'file';

export interface ReadSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<keyof Settings, Origin>>;
  /** The settings file, whether or not it exists. */
  readonly file: string;
  /** One sentence each; the settings concerned have their defaults. */
  readonly problems: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The clone: where the launcher and this code are. */
export const installationFolder: string = fileURLToPath(new URL('../../', import.meta.url));

/** Where the settings file is; not a setting itself. */
const fileVariable = 'REPERIO_CONFIG';

const entries = Object.entries(settingsTable) as readonly [keyof Settings, SettingDefinition][];

/** The settings in force. Throws one `settingsWrong` that lists all that is wrong. */
export function loadSettings(environment: Environment = process.env): Settings {
  const { settings, problems } = readSettings(environment);
  if (problems.length === 0) return settings;
  const count = problems.length === 1 ? 'One mistake' : `${problems.length} mistakes`;
  throw new UserError(configErrors.settingsWrong, { count, problems: problems.map((each) => `  ${each}`).join('\n') });
}

/**
 * The same without throwing, and with where each value comes from. The environment goes before the
 * file.
 */
export function readSettings(environment: Environment = process.env, folder: string = process.cwd()): ReadSettings {
  const problems: string[] = [];
  const values: Partial<Record<keyof Settings, unknown>> = {};
  const origins: Partial<Record<keyof Settings, Origin>> = {};
  const take = (key: keyof Settings, origin: Origin, place: string, given: unknown, from: string) => {
    const { value, problem } = { value: undefined, ...parseValue(settingsTable[key], given, from) };
    if (problem !== undefined) {
      problems.push(`${place} ${problem}`);
      return;
    }
    values[key] = value;
    origins[key] = origin;
  };

  for (const [key, { type, default: fallback }] of entries) {
    values[key] = type === 'path' && typeof fallback === 'string' ? resolve(installationFolder, fallback) : fallback;
    origins[key] = 'default';
  }
  // The data folder first: the file is in it.
  const dataFolder = environment[settingsTable.dataFolder.environment];
  if (dataFolder) take('dataFolder', 'environment', settingsTable.dataFolder.environment, dataFolder, folder);

  const configured = environment[fileVariable];
  const file = configured ? resolve(folder, configured) : join(String(values.dataFolder), 'reperio.yaml');
  if (configured && !existsSync(file)) problems.push(`${fileVariable} names ${file}, which does not exist`);
  for (const [name, given] of Object.entries(readFile(file, problems))) {
    const found = entries.find(([, definition]) => definition.name === name);
    const isMap = found?.[1].map === true && typeof given === 'object' && given !== null;
    const value = isMap ? (mapText(readFileSync(file, 'utf8'), name) ?? given) : given;
    if (found) take(found[0], 'file', `${name} in ${file}`, value, dirname(file));
    else problems.push(`${name} in ${file} is not a setting${meant(name, namesInFile())}`);
  }

  for (const [key, { environment: variable }] of entries) {
    const given = environment[variable];
    // Empty is how a shell or a compose file says unset.
    if (given && key !== 'dataFolder') take(key, 'environment', variable, given, folder);
  }
  problems.push(...unknownVariables(environment));

  return { settings: Object.freeze(values) as Settings, origins: origins as ReadSettings['origins'], file, problems };
}

function readFile(file: string, problems: string[]): Readonly<Record<string, unknown>> {
  if (!existsSync(file)) return {};
  try {
    // Loaded only when there is a file: most commands start without one.
    const { parse }: typeof import('yaml') = createRequire(import.meta.url)('yaml');
    const content: unknown = parse(readFileSync(file, 'utf8'));
    if (content === null) return {};
    if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>;
    problems.push(`${file} is not a list of "name: value" lines`);
  } catch (error) {
    problems.push(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

const prefix = 'REPERIO_';

function unknownVariables(environment: Environment): readonly string[] {
  const known = [fileVariable, ...entries.map(([, definition]) => definition.environment)];
  // Without what they have in common, by which any two would seem near.
  const short = known.map((name) => name.replace(prefix, ''));
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .map((name) => `${name} in the environment is not a setting${meant(name.slice(prefix.length), short, prefix)}`);
}

function namesInFile(): readonly string[] {
  return entries.map(([, definition]) => definition.name).filter((name) => name !== undefined);
}

function meant(name: string, candidates: Iterable<string>, before = ''): string {
  const found = nearest(name, candidates);
  return found === undefined ? '' : `; did you mean ${before}${found}?`;
}
