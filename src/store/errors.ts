import { defineErrors } from '../errors/errors.ts';

export const storeErrors = defineErrors({
  keyReused: {
    code: 'REPERIO_KEY_REUSED',
    status: 422,
    message: 'The Idempotency-Key "{key}" was already used for another request.',
    hint: 'Use a new key for each request, and the same key only to repeat a request.',
  },
  databaseAway: {
    code: 'REPERIO_DATABASE_AWAY',
    status: 503,
    message: 'The database cannot be reached: {reason}.',
    hint: 'Check that PostgreSQL is running and that DATABASE_URL is its address; `reperio db status` tries again.',
  },
  databaseBusy: {
    code: 'REPERIO_DATABASE_BUSY',
    status: 503,
    message: 'No database connection became free within {seconds} s.',
    hint: 'Raise pool-size or connect-timeout, or look for statements that do not end.',
  },
  databaseRefused: {
    code: 'REPERIO_DATABASE_REFUSED',
    status: 500,
    message: 'The database refuses the connection: {reason}.',
    hint: 'Check the user, password and database name in DATABASE_URL.',
  },
  databaseUrlWrong: {
    code: 'REPERIO_DATABASE_URL_WRONG',
    status: 500,
    message: 'DATABASE_URL is not the address of a PostgreSQL database.',
    hint: 'Write it as postgresql://user:password@host:5432/database, or unset it to use the embedded server.',
  },
  databaseTooOld: {
    code: 'REPERIO_DATABASE_TOO_OLD',
    status: 500,
    message: 'The database server is PostgreSQL {version}; Reperio needs version 15 or newer.',
    hint: 'Upgrade the server, or unset DATABASE_URL to use the embedded one.',
  },
  tableMissing: {
    code: 'REPERIO_TABLE_MISSING',
    status: 503,
    message: 'The database is not that of a library, or not whole: {reason}.',
    hint: 'See what is missing with `reperio check schema`; `reperio db migrate` makes what a newer release needs, `reperio restore` brings back what is lost.',
  },
  statementTimeout: {
    code: 'REPERIO_STATEMENT_TIMEOUT',
    status: 503,
    message: 'A database statement was stopped: {reason}.',
    hint: 'Try again when the database is less busy, or raise statement-timeout.',
  },
  diskFull: {
    code: 'REPERIO_DISK_FULL',
    status: 507,
    message: 'The disk is full: {reason}.',
    hint: 'Free some space on the disk that holds {place} and try again; what was committed is safe. `reperio gc` removes what is no longer needed, docs/when-you-are-woken.md ("A disk that fills") says what else may go.',
  },
  schemaTooNew: {
    code: 'REPERIO_SCHEMA_TOO_NEW',
    status: 500,
    message:
      'The library was made by a newer release of Reperio: its schema is at migration {there}, and this release knows only {here}.',
    hint: 'Use the newer release, or restore a backup made before the upgrade.',
  },
  schemaTooOld: {
    code: 'REPERIO_SCHEMA_TOO_OLD',
    status: 500,
    message: 'The schema of the library is at migration {there}; this release needs {here}.',
    hint: 'Run `reperio db migrate`.',
  },
  migrationChanged: {
    code: 'REPERIO_MIGRATION_CHANGED',
    status: 500,
    message: 'Migration {file} was changed after it had been applied to this library.',
    hint: 'Restore the file as it was released; changes belong in a new migration.',
  },
  migrationOffline: {
    code: 'REPERIO_MIGRATION_OFFLINE',
    status: 500,
    message: 'Migration {file} changes tables that running nodes use, and {sessions} of their connections are open.',
    hint: 'Stop every other node and command of this library, run `reperio db migrate`, and start them again.',
  },
  restoreUnfinished: {
    code: 'REPERIO_RESTORE_UNFINISHED',
    status: 503,
    message: 'The restore of backup {set} into this library has not ended, or was killed: the library is not whole.',
    hint: 'Wait until it has ended, or begin it again: `reperio restore {set}` with the same settings.',
  },
  serveRunning: {
    code: 'REPERIO_SERVE_RUNNING',
    status: 500,
    message: 'This library is already served from {folder} by process {pid} on port {port}.',
    hint: 'Stop that process (kill {pid}), or use another data folder for this one with REPERIO_DATA and DATABASE_URL="$(reperio db url)".',
  },
  lockWaited: {
    code: 'REPERIO_LOCK_WAITED',
    status: 503,
    message: 'Another command has been starting or stopping the embedded database for {seconds} s ({file}).',
    hint: 'See what is running with `ps`, and read postgres/postgres.log in the data folder.',
  },
  folderDenied: {
    code: 'REPERIO_FOLDER_DENIED',
    status: 500,
    message: '{folder} cannot be written: {reason}.',
    hint: 'Be root or the user of the service, set REPERIO_DATA to a folder that you can write to, or correct the owner and mode of this one.',
  },
  socketDenied: {
    code: 'REPERIO_SOCKET_DENIED',
    status: 500,
    message: 'This user may not ask the server of this data folder: {reason}.',
    hint: 'Be root or the user of the service, as with `sudo -u reperio reperio status`; or set REPERIO_DATA to a folder of yours.',
  },
  socketGone: {
    code: 'REPERIO_SOCKET_GONE',
    status: 500,
    message:
      'The embedded database runs (process {pid}), but its socket in {folder} is gone: something has emptied that folder.',
    hint: 'Stop every command that uses the library, such as `reperio serve`. The database stops with the last one, and the next command starts it with a new socket. With a shorter REPERIO_DATA the socket is kept beside the data.',
  },
  embeddedMissing: {
    code: 'REPERIO_EMBEDDED_MISSING',
    status: 500,
    message: 'There is no embedded PostgreSQL for this machine ({platform}).',
    hint: 'Set DATABASE_URL to a PostgreSQL 15 or newer; the embedded database exists for Linux on x64 and arm64.',
  },
  embeddedLibraries: {
    code: 'REPERIO_EMBEDDED_LIBRARIES',
    status: 500,
    message: 'The embedded PostgreSQL lacks the links to its libraries, and {folder} cannot be written: {reason}.',
    hint: 'Run `reperio db status` once as the user who owns the installation.',
  },
  embeddedRoot: {
    code: 'REPERIO_EMBEDDED_ROOT',
    status: 500,
    message: 'PostgreSQL refuses to run as root, and no other user can enter {folder}.',
    hint: 'Open its parent folders (chmod o+x), choose another REPERIO_DATA, or run as an ordinary user.',
  },
  embeddedNoCluster: {
    code: 'REPERIO_EMBEDDED_NO_CLUSTER',
    status: 500,
    message: '{folder} exists, but it is not a PostgreSQL database.',
    hint: 'Restore the folder from a backup; to start an empty library, move it away.',
  },
  embeddedLost: {
    code: 'REPERIO_EMBEDDED_LOST',
    status: 503,
    message:
      'The embedded database of this library is gone: {place} is missing or empty, but {folder} had a library ({sign}). No empty database is made in its place.',
    hint: 'Is a disk not mounted? Else bring the folder back, or restore a backup: `reperio restore`. To start with an empty library, remove everything else in {folder} too. A library on another server needs DATABASE_URL.',
  },
  embeddedOtherOwner: {
    code: 'REPERIO_EMBEDDED_OTHER_OWNER',
    status: 500,
    message: 'The embedded database in {folder} belongs to the user with the id {owner}.',
    hint: 'Run as that user, or set REPERIO_DATA to a folder of your own.',
  },
  embeddedVersion: {
    code: 'REPERIO_EMBEDDED_VERSION',
    status: 500,
    message:
      'The embedded database in {folder} was made by PostgreSQL {there}, and this release of Reperio has {here}.',
    hint: 'Use the release that made it, or move the data with pg_dump to a server named by DATABASE_URL.',
  },
  embeddedFailed: {
    code: 'REPERIO_EMBEDDED_FAILED',
    status: 500,
    message: 'The embedded PostgreSQL did not {what}: {reason}.',
    hint: 'See its log: {log}',
  },
});
