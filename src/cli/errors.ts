import { defineErrors } from '../errors/errors.ts';

export const cliErrors = defineErrors({
  noLibrary: {
    code: 'REPERIO_CLI_NO_LIBRARY',
    status: 404,
    message: 'There is no library in {folder}.',
    hint: 'Set REPERIO_DATA to the folder of the library. To begin a new one: `reperio load FILE`, `reperio serve`, or `reperio demo`.',
  },
  unknownCommand: {
    code: 'REPERIO_UNKNOWN_COMMAND',
    status: 400,
    message: 'There is no command "{name}".',
    hint: '{nearest}`{help}` lists the commands.',
  },
  missingCommand: {
    code: 'REPERIO_MISSING_COMMAND',
    status: 400,
    message: '`reperio {name}` needs one of its commands: {commands}.',
    hint: '`reperio help {name}` explains them.',
  },
  wrongLevel: {
    code: 'REPERIO_WRONG_LEVEL',
    status: 400,
    message: 'There is no site level "{name}".',
    hint: 'The levels are {levels}.',
  },
  missingOption: {
    code: 'REPERIO_MISSING_OPTION',
    status: 400,
    message: '`reperio {command}` needs the option {option} here: there is no terminal to ask at.',
    hint: '`reperio help {command}` lists its options.',
  },
  notAnswered: {
    code: 'REPERIO_NOT_ANSWERED',
    status: 400,
    message: 'The input ended before every question was answered; nothing was written.',
    hint: 'Give the answers as options.',
  },
  fileThere: {
    code: 'REPERIO_FILE_THERE',
    status: 409,
    message: 'The file {file} already exists; nothing was written.',
    hint: 'Name another file, or overwrite it with --force.',
  },
  logNotRead: {
    code: 'REPERIO_LOG_NOT_READ',
    status: 400,
    message: 'The log {file} cannot be read: {reason}.',
    hint: 'Name the file that has the error output of `serve`, as a user who may read it.',
  },
  fileNotWritten: {
    code: 'REPERIO_FILE_NOT_WRITTEN',
    status: 400,
    message: 'The file {file} cannot be written: {reason}.',
    hint: 'Name a file in a folder that you may write to.',
  },
  noProfile: {
    code: 'REPERIO_NO_PROFILE',
    status: 409,
    message: 'No profile was taken: there is no such worker, or another profile is being taken.',
    hint: '`reperio status` lists the workers; try again in a few seconds.',
  },
  noNode: {
    code: 'REPERIO_NO_NODE',
    status: 404,
    message: 'There is no node "{name}".',
    hint: 'The nodes of the library are {nodes}.',
  },
  nodeSilent: {
    code: 'REPERIO_NODE_SILENT',
    status: 503,
    message: 'The node does not answer at {address}.',
    hint: 'Check that it listens on an address that this machine can reach (the setting `host`), or run the command there.',
  },
  noServer: {
    code: 'REPERIO_NO_SERVER',
    status: 503,
    message: 'No server answers for the data folder {folder}.',
    hint: 'Check that `reperio serve` is running with the same REPERIO_DATA and as the same user.',
  },
  unknownOption: {
    code: 'REPERIO_UNKNOWN_OPTION',
    status: 400,
    message: '`reperio {command}` has no option {option}.',
    hint: '{nearest}`reperio help {command}` lists its options.',
  },
  wrongOption: {
    code: 'REPERIO_WRONG_OPTION',
    status: 400,
    message: 'The option {option} {problem}.',
    hint: '`reperio help {command}` explains it.',
  },
  missingArgument: {
    code: 'REPERIO_MISSING_ARGUMENT',
    status: 400,
    message: '`reperio {command}` needs {argument}.',
    hint: '`reperio help {command}` shows how to use it.',
  },
  unknownArgument: {
    code: 'REPERIO_UNKNOWN_ARGUMENT',
    status: 400,
    message: '`reperio {command}` does not take "{given}"{choices}.',
    hint: '{nearest}`reperio help {command}` shows how to use it.',
  },
  keepAndDrop: {
    code: 'REPERIO_KEEP_AND_DROP',
    status: 400,
    message: '--keep-hidden and --drop-hidden were both given.',
    hint: 'Give only one of them: hidden fields that the input does not have are either kept or dropped.',
  },
  noTerminal: {
    code: 'REPERIO_NO_TERMINAL',
    status: 400,
    message: '`reperio {name}` draws on a terminal, and this is none.',
    hint: 'Run it in a terminal; over ssh with `ssh -t`. `reperio jobs` prints a list instead.',
  },
  optionsExclude: {
    code: 'REPERIO_OPTIONS_EXCLUDE',
    status: 400,
    message: '{first} and {second} cannot be given together.',
    hint: 'Give one of both.',
  },
  forceWithoutReplace: {
    code: 'REPERIO_FORCE_WITHOUT_REPLACE',
    status: 400,
    message: '--force is for --mode replace only.',
    hint: 'Give --mode replace, or leave --force out.',
  },
  reportFile: {
    code: 'REPERIO_REPORT_FILE',
    status: 400,
    message: 'The report {file} cannot be written: {reason}.',
    hint: 'Give the name of a file that can be written with --report.',
  },
  notTyped: {
    code: 'REPERIO_NOT_TYPED',
    status: 400,
    message: 'The terminal was closed before Enter was pressed: nothing was changed.',
    hint: 'Run the command again.',
  },
  turnLost: {
    code: 'REPERIO_TURN_LOST',
    status: 503,
    message:
      'The connection to the database was lost for a moment, and with it the lock on the index. The work was stopped; the index is unchanged.',
    hint: 'Run the command again.',
  },
});
