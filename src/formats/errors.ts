import { defineErrors } from '../errors/errors.ts';

export const formatErrors = defineErrors({
  unknownFormat: {
    code: 'REPERIO_FORMAT_UNKNOWN',
    status: 400,
    message: 'There is no format {format}.',
    hint: 'The formats are {known}.',
  },
});
