import { defineErrors } from '../../errors/errors.ts';

export const tuneErrors = defineErrors({
  sysctlNotOurs: {
    code: 'REPERIO_TUNE_SYSCTL_NOT_OURS',
    status: 500,
    message: 'The settings of the kernel cannot be changed here: {reason}.',
    hint: 'Run `reperio tune os` as root on the machine itself; in a container, on its host.',
  },
  sysctlFailed: {
    code: 'REPERIO_TUNE_SYSCTL_FAILED',
    status: 500,
    message: 'The kernel refused the settings, so the previous ones are back: {reason}.',
    hint: 'Run `reperio tune os` again: it says which of them this machine has.',
  },
  nothingToUndo: {
    code: 'REPERIO_TUNE_NOTHING_TO_UNDO',
    status: 404,
    message: 'There is nothing to undo: {place} is not there.',
    hint: 'Only the last `--apply` can be undone, and only once.',
  },
  reportUnreadable: {
    code: 'REPERIO_TUNE_REPORT_UNREADABLE',
    status: 400,
    message: 'The earlier report {file} cannot be read: {reason}.',
    hint: 'Make one with `reperio tune os --json > FILE` or `reperio tune database --json > FILE`, and compare with that.',
  },
  configurationRefused: {
    code: 'REPERIO_TUNE_CONFIGURATION_REFUSED',
    status: 500,
    message: 'PostgreSQL refuses these settings, so nothing has changed: {reason}.',
    hint: 'Run `reperio tune database` again, and report this advice as a bug.',
  },
  configurationUndone: {
    code: 'REPERIO_TUNE_CONFIGURATION_UNDONE',
    status: 500,
    message:
      'The embedded PostgreSQL did not start with the new settings. The previous ones are back, and it is running: {reason}.',
    hint: 'The refused settings are in {file}; the log is {log}.',
  },
  memoryWrong: {
    code: 'REPERIO_TUNE_MEMORY_WRONG',
    status: 400,
    message: '"{text}" is not the memory of a machine with a database server.',
    hint: 'Write it as 16GB or 512MB.',
  },
  oneAtATime: {
    code: 'REPERIO_TUNE_ONE',
    status: 400,
    message: 'Only one of --apply, --undo and --prove can be done at a time.',
    hint: 'Leave out the others.',
  },
  experimentFailed: {
    code: 'REPERIO_TUNE_EXPERIMENT_FAILED',
    status: 500,
    message: 'The experiment cannot be run here: {reason}.',
    hint: 'It needs {needs}. The advice itself does not depend on it.',
  },
});
