import { defineErrors } from '../errors/errors.ts';

export const formatErrors = defineErrors({
  unknownFormat: {
    code: 'REPERIO_FORMAT_UNKNOWN',
    status: 400,
    message: 'No format is called {format}.',
    hint: 'The formats are {known}.',
  },
});
