import { defineErrors } from '../errors/errors.ts';

export const storeErrors = defineErrors({
  keyReused: {
    code: 'REPERIO_KEY_REUSED',
    status: 422,
    message: 'The Idempotency-Key "{key}" was sent before with another request.',
    hint: 'Take a new key for each request, and the same one only to send it again.',
  },
  databaseAway: {
    code: 'REPERIO_DATABASE_AWAY',
    status: 503,
    message: 'The database cannot be reached: {reason}.',
    hint: 'Check that PostgreSQL runs and that DATABASE_URL names it; `reperio db status` tries again.',
  },
  databaseBusy: {
    code: 'REPERIO_DATABASE_BUSY',
    status: 503,
    message: 'No database connection came free within {seconds} s.',
    hint: 'Raise pool-size or connect-timeout, or look for statements that never end.',
  },
  databaseRefused: {
    code: 'REPERIO_DATABASE_REFUSED',
    status: 500,
    message: 'The database refuses us: {reason}.',
    hint: 'Check user, password and database in DATABASE_URL.',
  },
  databaseUrlWrong: {
    code: 'REPERIO_DATABASE_URL_WRONG',
    status: 500,
    message: 'DATABASE_URL is not a PostgreSQL address.',
    hint: 'Write it as postgresql://user:password@host:5432/database, or unset it to use the embedded server.',
  },
  databaseTooOld: {
    code: 'REPERIO_DATABASE_TOO_OLD',
    status: 500,
    message: 'The database server is PostgreSQL {version}, and Reperio needs 15 or newer.',
    hint: 'Upgrade the server, or unset DATABASE_URL to use the embedded one.',
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
    hint: 'Free some space on the disk that holds {place} and try again; what was committed is safe.',
  },
  schemaTooNew: {
    code: 'REPERIO_SCHEMA_TOO_NEW',
    status: 500,
    message: 'The library was made by a newer Reperio: its schema is at migration {there}, and this one knows {here}.',
    hint: 'Use the newer Reperio, or restore a backup made before it was upgraded.',
  },
  schemaTooOld: {
    code: 'REPERIO_SCHEMA_TOO_OLD',
    status: 500,
    message: 'The schema of the library is at migration {there}, and this Reperio needs {here}.',
    hint: 'Run `reperio db migrate`.',
  },
  migrationChanged: {
    code: 'REPERIO_MIGRATION_CHANGED',
    status: 500,
    message: 'Migration {file} was changed after it had been applied to this library.',
    hint: 'Put back the file as it was released; changes belong in a new migration.',
  },
  migrationOffline: {
    code: 'REPERIO_MIGRATION_OFFLINE',
    status: 500,
    message: 'Migration {file} changes what running nodes use, and {sessions} of their connections are open.',
    hint: 'Stop every other node and command of this library, run `reperio db migrate`, and start them again.',
  },
  serveRunning: {
    code: 'REPERIO_SERVE_RUNNING',
    status: 500,
    message: 'This library is already served from {folder} by process {pid} on port {port}.',
    hint: 'Stop it (kill {pid}), or give this one a data folder of its own with REPERIO_DATA and DATABASE_URL="$(reperio db url)".',
  },
  lockWaited: {
    code: 'REPERIO_LOCK_WAITED',
    status: 503,
    message: 'Another command has been starting or stopping the embedded database for {seconds} s ({file}).',
    hint: 'Look at what runs with `ps`, and at postgres/postgres.log in the data folder.',
  },
  folderDenied: {
    code: 'REPERIO_FOLDER_DENIED',
    status: 500,
    message: '{folder} cannot be written: {reason}.',
    hint: 'Set the data folder (REPERIO_DATA) to one of your own, on a disk that can be written, or mend the owner and mode of this one.',
  },
  socketGone: {
    code: 'REPERIO_SOCKET_GONE',
    status: 500,
    message:
      'The embedded database runs (process {pid}), but its socket in {folder} is gone: something has cleaned that folder.',
    hint: 'Stop what uses the library, as `reperio serve`: the database stops with it, and the next command starts it with a new socket. A shorter REPERIO_DATA keeps the socket beside the data.',
  },
  embeddedMissing: {
    code: 'REPERIO_EMBEDDED_MISSING',
    status: 500,
    message: 'There is no embedded PostgreSQL for this machine ({platform}).',
    hint: 'Set DATABASE_URL to a PostgreSQL 15 or newer; the embedded one exists for Linux on x64 and arm64.',
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
    message: '{folder} is there, but it is no PostgreSQL database.',
    hint: 'Bring the folder back from a backup; to begin an empty library, move it away.',
  },
  embeddedOtherOwner: {
    code: 'REPERIO_EMBEDDED_OTHER_OWNER',
    status: 500,
    message: 'The embedded database in {folder} belongs to the user with number {owner}.',
    hint: 'Run as that user, or set REPERIO_DATA to a folder of your own.',
  },
  embeddedVersion: {
    code: 'REPERIO_EMBEDDED_VERSION',
    status: 500,
    message: 'The embedded database in {folder} was made by PostgreSQL {there}, and this Reperio brings {here}.',
    hint: 'Use the Reperio that made it, or move the data with pg_dump to a server named by DATABASE_URL.',
  },
  embeddedFailed: {
    code: 'REPERIO_EMBEDDED_FAILED',
    status: 500,
    message: 'The embedded PostgreSQL did not {what}: {reason}.',
    hint: 'Its log is {log}.',
  },
});
