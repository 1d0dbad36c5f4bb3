import { defineErrors } from '../errors/errors.ts';

export const cliErrors = defineErrors({
  unknownCommand: {
    code: 'REPERIO_UNKNOWN_COMMAND',
    status: 400,
    message: 'There is no command "{name}".',
    hint: '{nearest}`reperio help` lists all commands.',
  },
  missingCommand: {
    code: 'REPERIO_MISSING_COMMAND',
    status: 400,
    message: '`reperio {name}` needs to know what to do: {commands}.',
    hint: '`reperio help {name}` explains them.',
  },
  wrongLevel: {
    code: 'REPERIO_WRONG_LEVEL',
    status: 400,
    message: 'There is no site level "{name}".',
    hint: 'It is one of {levels}.',
  },
  noProfile: {
    code: 'REPERIO_NO_PROFILE',
    status: 409,
    message: 'No profile was taken: there is no such worker, or another profile is being taken.',
    hint: '`reperio status` lists the workers; try again in some seconds.',
  },
  noNode: {
    code: 'REPERIO_NO_NODE',
    status: 404,
    message: 'There is no node "{name}".',
    hint: 'The library has these: {nodes}.',
  },
  nodeSilent: {
    code: 'REPERIO_NODE_SILENT',
    status: 503,
    message: 'The node does not answer at {address}.',
    hint: 'Does it listen where this machine can reach it (the setting `host`)? Else run the command there.',
  },
  noServer: {
    code: 'REPERIO_NO_SERVER',
    status: 503,
    message: 'No server answers for the data folder {folder}.',
    hint: 'Is `reperio serve` running with the same REPERIO_DATA, and are you the same user?',
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
    hint: '`reperio help {command}` shows how it is written.',
  },
  unknownArgument: {
    code: 'REPERIO_UNKNOWN_ARGUMENT',
    status: 400,
    message: '`reperio {command}` does not take "{given}"{choices}.',
    hint: '`reperio help {command}` shows how it is written.',
  },
  notTyped: {
    code: 'REPERIO_NOT_TYPED',
    status: 400,
    message: 'The terminal went away before Enter: nothing was changed.',
    hint: 'Run the command again.',
  },
  turnLost: {
    code: 'REPERIO_TURN_LOST',
    status: 503,
    message:
      'The database was away for a moment, and with it the turn to work on the index; what was begun is given up, and the index is as it was.',
    hint: 'Run the command again.',
  },
});
