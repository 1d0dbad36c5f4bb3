import { defineErrors } from '../../errors/errors.ts';

export const restoreErrors = defineErrors({
  notEmpty: {
    code: 'REPERIO_RESTORE_NOT_EMPTY',
    status: 409,
    message: 'There is a library in {where} already; nothing was changed.',
    hint: '{instead}',
  },
  notMoved: {
    code: 'REPERIO_RESTORE_NOT_MOVED',
    status: 500,
    message: '{folder} cannot be moved aside: {reason}. Nothing was changed.',
    hint: 'Restore it elsewhere with --into FOLDER. Where {folder} is the mount point of a disk, mount that disk at the data folder above it instead: a mount point cannot be moved.',
  },
  used: {
    code: 'REPERIO_RESTORE_USED',
    status: 409,
    message: 'The library in {where} is in use by {who}; nothing was changed.',
    hint: 'Stop `reperio serve` and every other command of this library on all nodes, and try again.',
  },
  schemaNewer: {
    code: 'REPERIO_RESTORE_NEWER',
    status: 409,
    message:
      'Backup {set} was made by Reperio {version} with the schema of migration {there}, and this release knows only {here}.',
    hint: 'Restore it with that release or a newer one.',
  },
  incomplete: {
    code: 'REPERIO_RESTORE_INCOMPLETE',
    status: 500,
    message: 'Backup {set} is not whole: {file} {problem}. Nothing was changed.',
    hint: 'Restore another one: `reperio backup list`. `reperio backup verify` names all that is damaged.',
  },
  differs: {
    code: 'REPERIO_RESTORE_DIFFERS',
    status: 500,
    message: 'The table {table} of backup {set} has {found} rows, and its manifest says {wanted}.',
    hint: 'Restore another one: `reperio backup list`.',
  },
  outside: {
    code: 'REPERIO_RESTORE_TIME',
    status: 400,
    message: '{time} cannot be restored: {problem}.',
    hint: '{window}',
  },
  logGap: {
    code: 'REPERIO_RESTORE_GAP',
    status: 500,
    message: 'The archived log after backup {set} is not whole: {files} {problem}.',
    hint: '{instead}',
  },
  kindWrong: {
    code: 'REPERIO_RESTORE_KIND',
    status: 400,
    message: 'Backup {set} is a {kind}: {problem}.',
    hint: '{instead}',
  },
  intoNothing: {
    code: 'REPERIO_RESTORE_INTO',
    status: 400,
    message: '--into names no folder.',
    hint: 'Give the data folder of the restored library: `reperio restore --into /srv/restored`.',
  },
  doneAlone: {
    code: 'REPERIO_RESTORE_DONE',
    status: 400,
    message: '--done is for a database that another program has restored: it needs --at, and nothing else.',
    hint: "Give the time of its state: `reperio restore --done --at '2026-11-29 11:43:34+00'`.",
  },
});
