import { alertsSettings } from './table/alerts.ts';
import { backupsSettings } from './table/backups.ts';
import { databaseSettings } from './table/database.ts';
import { doisSettings } from './table/dois.ts';
import { filesSettings } from './table/files.ts';
import { librarySettings } from './table/library.ts';
import { limitsSettings } from './table/limits.ts';
import { loadingSettings } from './table/loading.ts';
import { mailSettings } from './table/mail.ts';
import { networkSettings } from './table/network.ts';
import { operationSettings } from './table/operation.ts';
import { processesSettings } from './table/processes.ts';
import { webhooksSettings } from './table/webhooks.ts';

/**
 * The one table of settings, under the headings at which people are shown them, in this order.
 * Everything about settings comes from it: reperio.yaml, the environment, the type `Settings`,
 * `reperio config`, docs/settings.md and the manual page.
 */
export const settingsUnder = {
  Library: librarySettings,
  Database: databaseSettings,
  Network: networkSettings,
  Limits: limitsSettings,
  Processes: processesSettings,
  'E-mail': mailSettings,
  DOIs: doisSettings,
  Files: filesSettings,
  Backups: backupsSettings,
  Loading: loadingSettings,
  Webhooks: webhooksSettings,
  Alerts: alertsSettings,
  Operation: operationSettings,
} as const;

/** Recipes read it of other releases, under this name in this file. */
export const settingsTable = {
  ...librarySettings,
  ...databaseSettings,
  ...networkSettings,
  ...limitsSettings,
  ...processesSettings,
  ...mailSettings,
  ...doisSettings,
  ...filesSettings,
  ...backupsSettings,
  ...loadingSettings,
  ...webhooksSettings,
  ...alertsSettings,
  ...operationSettings,
} as const;
