import { defineErrors } from '../errors/errors.ts';

export const libraryErrors = defineErrors({
  notDemo: {
    code: 'REPERIO_NOT_DEMO',
    status: 409,
    message: 'The folder {folder} holds a library of its own ({records} records), and the demo would mix with it.',
    hint: 'Give the demo a folder of its own: REPERIO_DATA=/tmp/reperio-demo bin/reperio demo',
  },
});
