import { defineErrors } from '../errors/errors.ts';

/** "The record" becomes "Record 5 (001 abc)" where there are several. */
export const guardErrors = defineErrors({
  notYours: {
    code: 'REPERIO_UPLOAD_NOT_YOURS',
    status: 403,
    message: 'The record {id} is in no collection in which you may change records.',
    hint: 'Ask for a role with runbibedit (for robots: runbatchuploader) for its collection.',
  },
  notYoursAfter: {
    code: 'REPERIO_UPLOAD_NO_COLLECTION',
    status: 403,
    message: 'The record would be in no collection in which you may change records.',
    hint: 'Check the fields that put it into a collection (usually 980), or ask for a role for it.',
  },
  clash: {
    code: 'REPERIO_UPLOAD_CLASH',
    status: 409,
    message: 'The record has a number or an identifier of a record that is not open to you.',
    hint: 'Ask somebody who may see all records which one it is.',
  },
});
