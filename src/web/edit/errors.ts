import { defineErrors } from '../../errors/errors.ts';

export const editErrors = defineErrors({
  editAway: {
    code: 'REPERIO_EDIT_AWAY',
    status: 403,
    message: 'With this content the record is in no collection whose records you may edit.',
    hint: 'Look at field 980, which usually says where a record belongs, or ask an administrator.',
  },
  tooLong: {
    code: 'REPERIO_EDIT_TOO_LONG',
    status: 413,
    message: 'The record has {size} characters, and the editor takes up to {most}.',
    hint: 'Nothing was changed. Load it with "reperio load --mode replace", or make the record shorter.',
  },
});
