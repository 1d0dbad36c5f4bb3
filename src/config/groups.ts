import type { Settings } from './settings.ts';
import { settingsUnder } from './table.ts';

/** The headings under which people are shown the settings, in this order. */
export const settingGroups: Readonly<Record<string, readonly (keyof Settings)[]>> = Object.fromEntries(
  Object.entries(settingsUnder).map(([heading, settings]) => [heading, Object.keys(settings) as (keyof Settings)[]]),
);

/** What plain numbers count. */
export const settingUnits: Readonly<Partial<Record<keyof Settings, string>>> = {
  poolSize: 'connections',
  webhookGiveUp: 'days',
  pageRate: 'requests a minute',
  exportRate: 'requests a minute',
  peopleRate: 'times',
  exports: 'at once',
  exportPace: 'kB a second',
  webWorkers: 'processes',
  workerRequests: 'requests',
  workers: 'threads',
  batchSize: 'records',
  many: 'records',
  jobPlaces: 'jobs',
};
