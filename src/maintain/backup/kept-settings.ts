import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sql from 'sql-template-tag';
import { readSettings, type Settings } from '../../config/settings.ts';
import { settingsTable } from '../../config/table.ts';
import { valueText } from '../../config/values.ts';
import type { Queryable } from '../../store/database.ts';
import { layoutOf } from '../../store/embedded/layout.ts';

/** Small files of a set that no table has, and which secrets are in force. */
export interface KeptSettings {
  readonly files: Readonly<Record<string, string>>;
  /** Names of settings that are in force and secret. */
  readonly secrets: readonly string[];
}

/**
 * The settings that are not as they are by default, from file and environment alike, without their
 * secrets unless asked; the site file in force, which site_version has as well; what the embedded
 * server and a cluster are told.
 */
export async function settingsToKeep(
  database: Queryable,
  given: Settings,
  { withSecrets, environment }: { readonly withSecrets: boolean; readonly environment?: NodeJS.ProcessEnv },
): Promise<KeptSettings> {
  const { origins, file } = readSettings(environment);
  const named = Object.entries(settingsTable).flatMap(([key, definition]) => {
    const { name = definition.environment } = definition;
    const value = given[key as keyof Settings];
    if (origins[key as keyof Settings] === 'default' || value === undefined) return [];
    return [{ name, text: valueText(definition, value), isSecret: 'secret' in definition }];
  });
  const kept = named.filter(({ isSecret, name }) => (withSecrets || !isSecret) && name !== 'REPERIO_DATA');
  // The background process, which makes one a night, need not have the library from its start.
  const { stringify } = await import('yaml');
  const files: Record<string, string> = {
    'settings.yaml': stringify(Object.fromEntries(kept.map(({ name, text }) => [name, text]))),
  };
  const [site] = await database.query<{ source: string }>(
    sql`SELECT source FROM site_version ORDER BY number DESC LIMIT 1`,
  );
  if (site !== undefined) files['site.yaml'] = site.source;
  const beside: Readonly<Record<string, string>> = {
    'cluster.yaml': join(dirname(file), 'cluster.yaml'),
    'postgresql.local.conf': join(layoutOf(given.dataFolder).folder, 'postgresql.local.conf'),
  };
  const secrets: string[] = named.filter(({ isSecret }) => isSecret).map(({ name }) => name);
  for (const [name, path] of Object.entries(beside)) {
    if (!existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    const open = withoutPasswords(text);
    if (open !== text) secrets.push(`passwords in ${name}`);
    files[name] = withSecrets ? text : open;
  }
  return { files, secrets };
}

/** `{literal: PASSWORD}` of a cluster file, and `password=PASSWORD` in a connection. */
function withoutPasswords(text: string): string {
  return text
    .replace(/(\bliteral:[ \t]*)(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s,}#]+)/g, '$1"left out"')
    .replace(/(\bpassword[ \t]*=[ \t]*)(?:''(?:[^'\\\n]|\\.)*''|[^\s'"]+)/gi, '$1left-out');
}
