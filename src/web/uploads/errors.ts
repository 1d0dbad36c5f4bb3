import { defineErrors } from '../../errors/errors.ts';

export const uploadErrors = defineErrors({
  modeWrong: {
    code: 'REPERIO_UPLOAD_MODE',
    status: 400,
    message: 'There is no upload mode "{mode}"{meant}.',
    hint: 'The modes are insert, replace, insert-or-replace, correct, append, delete and hold.',
  },
  empty: {
    code: 'REPERIO_UPLOAD_EMPTY',
    status: 400,
    message: 'There is no record in what was sent.',
    hint: 'Send MARCXML, ISO 2709, MARC-in-JSON or text MARC as the body of the request.',
  },
  tooLarge: {
    code: 'REPERIO_UPLOAD_TOO_LARGE',
    status: 413,
    message: 'The upload is larger than the {limit} bytes that are allowed.',
    hint: 'The setting `upload-limit` says how large an upload may be. An operator can load larger files with `reperio load`.',
  },
  callback: {
    code: 'REPERIO_UPLOAD_CALLBACK',
    status: 403,
    message: 'The address {address} may not be called from here.',
    hint: 'The operator names addresses that may be called in the setting `callback-urls`.',
  },
  robotUnknown: {
    code: 'REPERIO_ROBOT_UNKNOWN',
    status: 403,
    message: 'Nobody may upload from {address} as "{agent}".',
    hint: 'Send an API token (Authorization: Bearer TOKEN), or have network and user agent named under `robots` in the site file.',
  },
  robotMay: {
    code: 'REPERIO_ROBOT_MAY_NOT',
    status: 403,
    message: 'This person may upload into no collection.',
    hint: 'Give the person a role with runbatchuploader for a collection.',
  },
  robotMode: {
    code: 'REPERIO_ROBOT_MODE',
    status: 400,
    message: 'Please specify upload mode to use.',
    hint: 'Put it behind the address: /batchuploader/robotupload/insert.',
  },
  oneRecord: {
    code: 'REPERIO_UPLOAD_ONE_RECORD',
    status: 400,
    message: 'This address takes one record, and {count} were sent.',
    hint: 'Send several to POST /api/records.',
  },
  broken: {
    code: 'REPERIO_UPLOAD_BROKEN',
    status: 422,
    message: '{message}',
    hint: '{hint}',
  },
  tooMany: {
    code: 'REPERIO_UPLOAD_TOO_MANY',
    status: 413,
    message: 'More than {records} records, or {bytes} bytes, cannot be taken here: this library has no file store.',
    hint: 'Send them in several requests.',
  },
  noBase: {
    code: 'REPERIO_EDIT_NO_BASE',
    status: 428,
    message: 'The request does not say which version of record {id} it was made from.',
    hint: 'Send If-Match: "R", where R is the revision that you read: see /api/records/{id}/revisions.',
  },
  baseWrong: {
    code: 'REPERIO_EDIT_BASE_WRONG',
    status: 400,
    message: 'If-Match is {text}, and must be one revision such as "3".',
    hint: 'Use the ETag of /api/records/{id}/revisions/newest.',
  },
  conflict: {
    code: 'REPERIO_EDIT_CONFLICT',
    status: 412,
    message: 'Record {id} has changed since revision {base}: it is at revision {revision} now.',
    hint: 'Look at `conflicts`, make the change again from the newest revision, or send "Prefer: merge" when `conflicts` is empty.',
  },
  notDeletedHere: {
    code: 'REPERIO_EDIT_GONE',
    status: 410,
    message: 'Record {id} was deleted.',
    hint: 'POST /api/records/{id}/revisions/R/restore makes an earlier revision the newest again.',
  },
  noUpload: {
    code: 'REPERIO_UPLOAD_NOT_FOUND',
    status: 404,
    message: 'There is no upload {id} of yours.',
    hint: 'Uploads are kept for 90 days.',
  },
  noRevision: {
    code: 'REPERIO_API_NO_REVISION',
    status: 404,
    message: 'Record {id} has no revision {revision} that is open to you.',
    hint: '/api/records/{id}/revisions lists them.',
  },
  diffWrong: {
    code: 'REPERIO_API_DIFF',
    status: 400,
    message: 'diff is "{text}", and must be two revisions such as 1..3.',
    hint: 'The earlier one comes first.',
  },
  decisionWrong: {
    code: 'REPERIO_HELD_DECISION',
    status: 400,
    message: 'What to do with the upload is missing or unknown: {reason}.',
    hint: 'Send {"do":"accept","side":"ours"}, {"do":"reject","reason":"..."} or {"do":"assign"} as JSON.',
  },
  signIn: {
    code: 'REPERIO_UPLOAD_SIGN_IN',
    status: 401,
    message: 'Changing records needs to know who you are.',
    hint: 'Send an API token with the scope `edit`: Authorization: Bearer TOKEN.',
  },
});
