import { defineErrors } from '../../errors/errors.ts';

export const backupErrors = defineErrors({
  placeWrong: {
    code: 'REPERIO_BACKUP_SETTING',
    status: 500,
    message: 'The setting backup is "{value}", and {problem}.',
    hint: 'It is a folder, or s3://bucket/prefix with s3-endpoint, s3-key and s3-secret.',
  },
  placeAway: {
    code: 'REPERIO_BACKUP_AWAY',
    status: 503,
    message: 'The place of backups, {place}, cannot be used: {reason}.',
    hint: 'Check that it is mounted, and that the user of `reperio` may read and write it. The setting `backup` names it.',
  },
  placeOther: {
    code: 'REPERIO_BACKUP_OTHER',
    status: 409,
    message: 'The place of backups, {place}, has those of another library ({other}).',
    hint: 'Give each library a place of its own with the setting `backup`.',
  },
  running: {
    code: 'REPERIO_BACKUP_RUNNING',
    status: 409,
    message: 'Another backup is being made by {holder}.',
    hint: 'Wait until it has ended; `reperio backup list` shows it then.',
  },
  noSpace: {
    code: 'REPERIO_BACKUP_SPACE',
    status: 507,
    message: 'The backup needs about {needed} MB, and {place} has {free} MB free.',
    hint: 'Free some space there, or name another place with the setting `backup`. Earlier backups are untouched.',
  },
  schemaNewer: {
    code: 'REPERIO_BACKUP_SCHEMA',
    status: 409,
    message:
      'The schema of the library is at migration {there}, and this release knows only {here}: it does not know every table.',
    hint: 'Make the backup with the newer release.',
  },
  noSet: {
    code: 'REPERIO_BACKUP_NONE',
    status: 404,
    message: 'There is no backup "{name}" in {place}.',
    hint: '`reperio backup list` lists the backups.',
  },
  noSets: {
    code: 'REPERIO_BACKUP_EMPTY',
    status: 404,
    message: 'There is no backup in {place}.',
    hint: 'Make one with `reperio backup`, or name the place with the setting `backup`.',
  },
  manifestWrong: {
    code: 'REPERIO_BACKUP_MANIFEST',
    status: 500,
    message: 'The manifest of backup {set} cannot be used: {problem}.',
    hint: 'Restore another one: `reperio backup list`. `reperio backup verify` names all that is damaged.',
  },
  damaged: {
    code: 'REPERIO_BACKUP_DAMAGED',
    status: 500,
    message: 'Backup {set} is damaged: {file}, at byte {offset}: {problem}.',
    hint: 'Use another backup: `reperio backup list`. `reperio backup verify` names all that is damaged.',
  },
  baseRefused: {
    code: 'REPERIO_BACKUP_BASE',
    status: 403,
    message: 'The database server lets nobody copy its files with this role: {reason}.',
    hint: 'Allow it on the server (ALTER ROLE ... REPLICATION, and a line for "replication" in pg_hba.conf), or make backups without --base.',
  },
  baseTablespaces: {
    code: 'REPERIO_BACKUP_TABLESPACES',
    status: 409,
    message: 'The database server has tablespaces of its own, which a backup with --base does not copy.',
    hint: 'Make backups without --base, or use the tools of that server.',
  },
  notContinuous: {
    code: 'REPERIO_BACKUP_CONTINUOUS',
    status: 409,
    message: 'The log of the database server cannot be archived: {problem}.',
    hint: '{instead}',
  },
  mayNotReplicate: {
    code: 'REPERIO_BACKUP_ROLE',
    status: 403,
    message:
      'The role {role} may not read the log of the database server, so backups are dumps only: the time of a backup can be restored, and no other.',
    hint: 'Allow it on the server (ALTER ROLE {role} REPLICATION, and a line for "replication" in pg_hba.conf), or archive the log there: pgBackRest for servers of cluster.yaml is rendered (docs/backup.md).',
  },
  archiveFailed: {
    code: 'REPERIO_BACKUP_ARCHIVE',
    status: 500,
    message: 'The log of the database could not be archived to {folder}: {reason}.',
    hint: 'See the last lines of {log}. The user of the database server must be able to write the folder.',
  },
  logGone: {
    code: 'REPERIO_BACKUP_LOG_GONE',
    status: 409,
    message: 'The log of the database server cannot be continued in the archive: {reason}.',
    hint: 'A new base is made within minutes; by hand: `reperio backup --base`. `wal_keep_size` makes the server keep more of its log.',
  },
  hookFailed: {
    code: 'REPERIO_BACKUP_HOOK',
    status: 500,
    message: 'Backup {set} was made, but the command of backup-hook ended with {status}.',
    hint: 'Run it by hand to see why: {command}',
  },
});
