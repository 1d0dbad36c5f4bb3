import { defineErrors } from '../errors/errors.ts';

export const libraryErrors = defineErrors({
  notDemo: {
    code: 'REPERIO_NOT_DEMO',
    status: 409,
    message:
      'The folder {folder} already holds another library ({records} records), and the demo would be mixed with it.',
    hint: 'Use another folder for the demo: REPERIO_DATA=/tmp/reperio-demo bin/reperio demo',
  },
});
