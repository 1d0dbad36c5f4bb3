import type { Settings } from './settings.ts';

/** The headings under which people are shown the settings, in this order. */
export const settingGroups: Readonly<Record<string, readonly (keyof Settings)[]>> = {
  Library: ['dataFolder', 'baseUrl', 'registration', 'signInSecrets'],
  Database: [
    'databaseUrl',
    'readDatabaseUrl',
    'poolSize',
    'connectTimeout',
    'databasePatience',
    'statementTimeout',
    'lockTimeout',
  ],
  Network: [
    'host',
    'port',
    'trustProxy',
    'requestTimeout',
    'headerTimeout',
    'bodyTimeout',
    'keepAlive',
    'sharedCache',
    'compression',
  ],
  Limits: [
    'pageRate',
    'exportRate',
    'peopleRate',
    'exemptNetworks',
    'exports',
    'exportWait',
    'exportPace',
    'shedAbove',
  ],
  Processes: [
    'nodeName',
    'webWorkers',
    'workerRequests',
    'workerMemory',
    'workerIdle',
    'workerSilence',
    'indexWork',
    'taskWork',
  ],
  'E-mail': ['smtpUrl', 'mailFrom'],
  Files: [
    'files',
    'fileLimit',
    'fileDelivery',
    'fileAccelPrefix',
    'fileCheck',
    's3Endpoint',
    's3Region',
    's3Key',
    's3Secret',
  ],
  Loading: ['workers', 'batchSize', 'recordLimit'],
  Operation: ['logLevel', 'logFormat', 'statusNetworks', 'statusPort', 'checkQuestion'],
};

/** What plain numbers count. */
export const settingUnits: Readonly<Partial<Record<keyof Settings, string>>> = {
  poolSize: 'connections',
  pageRate: 'requests a minute',
  exportRate: 'requests a minute',
  peopleRate: 'times',
  exports: 'at once',
  exportPace: 'kB a second',
  webWorkers: 'processes',
  workerRequests: 'requests',
  workers: 'threads',
  batchSize: 'records',
};
