import { defineErrors } from '../errors/errors.ts';

/** {record} is "Record 5 (001 abc)" in a load, "The record" where there is only one. */
export const recordErrors = defineErrors({
  held: {
    code: 'REPERIO_RECORD_HELD',
    status: 409,
    message: '{record} is record {id} of this library already (same {by}).',
    hint: 'Use --mode replace or insert-or-replace to replace record {id}.',
  },
  ours: {
    code: 'REPERIO_RECORD_OURS',
    status: 409,
    message: '{record} is record {id} of this library: its 001 is our number.',
    hint: 'Use --mode replace to replace record {id}, or --source CODE when these are the numbers of another library.',
  },
  unknown: {
    code: 'REPERIO_RECORD_UNKNOWN',
    status: 404,
    message: '{record} matches no record of this library, so there is nothing to replace.',
    hint: 'Use --mode insert-or-replace to add records that are new.',
  },
  twoNumbers: {
    code: 'REPERIO_RECORD_TWO_NUMBERS',
    status: 422,
    message: '{record} has more than one field 001, and a record has one number.',
    hint: 'Keep the one that is meant; another number can stand in 035__a.',
  },
  conflict: {
    code: 'REPERIO_RECORD_CONFLICT',
    status: 409,
    message: '{record} is our record {id}, but its {key} belongs to record {other}.',
    hint: 'An identifier names one record: correct it here, or look at record {other} with "reperio record show {other}".',
  },
  refusedByDatabase: {
    code: 'REPERIO_RECORD_NOT_STORED',
    status: 422,
    message: '{record} could not be stored: {reason}.',
    hint: 'Correct the record and load it again.',
  },
  noNumber: {
    code: 'REPERIO_RECORD_NUMBER',
    status: 400,
    message: '"{text}" is not the number of a record.',
    hint: 'Record numbers are 1, 2, 3 ...; "reperio search" finds them.',
  },
  noRecord: {
    code: 'REPERIO_RECORD_NOT_FOUND',
    status: 404,
    message: 'There is no record {id} in this library.',
    hint: 'Record numbers go from 1 to {last}.',
  },
  noRevision: {
    code: 'REPERIO_REVISION_NOT_FOUND',
    status: 404,
    message: 'Record {id} has no revision {revision}.',
    hint: 'Type "reperio record history {id}" to see its revisions.',
  },
  alreadyDeleted: {
    code: 'REPERIO_RECORD_DELETED',
    status: 410,
    message: 'Record {id} is deleted already.',
    hint: 'Load it with --mode replace and without 980__c DELETED to bring it back.',
  },
  notSameInput: {
    code: 'REPERIO_LOAD_OTHER_INPUT',
    status: 409,
    message: '{input} is not the input that was loaded up to record {position}: what comes before that record differs.',
    hint: 'Give the same file or stream again, or --restart to load this one from its beginning.',
  },
  noFile: {
    code: 'REPERIO_LOAD_NO_FILE',
    status: 400,
    message: 'The file {file} cannot be read: {reason}.',
    hint: 'Check its name and your permission to read it; "-" reads standard input.',
  },
  rejectsFile: {
    code: 'REPERIO_LOAD_REJECTS',
    status: 400,
    message: 'The rejects file {file} cannot be written: {reason}.',
    hint: 'Give another name with --rejects.',
  },
  loadStopped: {
    code: 'REPERIO_LOAD_STOPPED',
    status: 503,
    message: 'The load stopped after record {position}: {reason}.',
    hint: 'What was loaded is kept and searchable. Mend the cause, then give the same command again to go on from there.',
  },
});
