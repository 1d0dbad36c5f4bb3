import { readSettings } from './settings.ts';
import type { SettingDefinition } from './table/definition.ts';
import { settingsTable } from './table.ts';

const named = /\b(?:settings?|set)\s+(`[a-z0-9-]+`(?:(?:,| and| or|, and) `[a-z0-9-]+`)*)/gi;

/**
 * Where the settings are written that a hint names as "the setting `a`" or "set `a`, `b`", and what
 * has to be done then: one sentence with a blank before it. "": it names none.
 */
export function whereToSet(hint: string, environment: Readonly<Record<string, string | undefined>>): string {
  const names = new Set([...hint.matchAll(named)].flatMap(([, list]) => list!.match(/[a-z0-9-]+(?=`)/g) ?? []));
  const found = Object.values<SettingDefinition>(settingsTable).filter(
    ({ name }) => name !== undefined && names.has(name),
  );
  if (found.length === 0) return '';
  const lines = found.map(({ name }) => `\`${name}: ...\``).join(', ');
  const variables = found.map((each) => each.environment).join(', ');
  const change = (['restart', 'reload', 'command'] as const).find((one) => found.some((each) => each.change === one));
  const then = { restart: ' and restart `serve`', reload: ' and reload `serve` (SIGHUP)', command: '' }[change!];
  const restarted = change === 'command' ? '' : ' and restart it';
  return ` Write ${lines} into ${readSettings(environment).file}${then}, or set ${variables} in the environment${restarted}.`;
}
