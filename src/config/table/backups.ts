import { retentionProblem, timeOfDayProblem } from '../texts.ts';
import type { SettingDefinition } from './definition.ts';

export const backupsSettings = {
  backup: {
    name: 'backup',
    environment: 'REPERIO_BACKUP',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'Where backups are kept: a folder, best on another disk or machine, or s3://bucket/prefix.',
    defaultDoc: 'the folder `backups` of the data folder, which is lost with its disk',
  },
  backupAt: {
    name: 'backup-at',
    environment: 'REPERIO_BACKUP_AT',
    type: 'text',
    default: '02:00',
    problem: timeOfDayProblem,
    change: 'reload',
    doc: 'When the periodic task makes a backup each night, by the clock of the machine; off means never. A month after the last drill a drill follows it.',
  },
  backupKeep: {
    name: 'backup-keep',
    environment: 'REPERIO_BACKUP_KEEP',
    type: 'text',
    default: '7 daily, 4 weekly, 12 monthly',
    problem: retentionProblem,
    change: 'reload',
    doc: 'Which backups are kept: the newest of each of so many days, weeks and months. The newest of all is never removed.',
  },
  backupIndex: {
    name: 'backup-index',
    environment: 'REPERIO_BACKUP_INDEX',
    type: 'boolean',
    default: false,
    change: 'reload',
    doc: 'Whether backups have the search index too: a restore need not make it then. A segment of it is in the place once for all backups.',
  },
  backupHook: {
    name: 'backup-hook',
    environment: 'REPERIO_BACKUP_HOOK',
    type: 'text',
    default: undefined,
    change: 'reload',
    doc: 'A shell command that is run after each backup, for example to copy it to another site. $1 is the name of the backup, $2 the place.',
    defaultDoc: 'none',
  },
  isolated: {
    name: 'isolated',
    environment: 'REPERIO_ISOLATED',
    type: 'boolean',
    default: false,
    change: 'restart',
    doc: 'For a copy of a library that runs beside it, such as a restored one: no periodic tasks, no e-mails, no archiving.',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
