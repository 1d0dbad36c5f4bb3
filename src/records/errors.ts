import { defineErrors } from '../errors/errors.ts';

/** {record} is "Record 5 (001 abc)" in a load, "The record" where there is only one. */
export const recordErrors = defineErrors({
  held: {
    code: 'REPERIO_RECORD_HELD',
    status: 409,
    message: '{record} is already in the library as record {id} (same {by}).',
    hint: 'Use --mode replace or insert-or-replace to replace record {id}.',
  },
  ours: {
    code: 'REPERIO_RECORD_OURS',
    status: 409,
    message: '{record} is already in the library as record {id}: its 001 is the record number here.',
    hint: 'Use --mode replace to replace record {id}, or --source CODE if these are the numbers of another library.',
  },
  deletes: {
    code: 'REPERIO_RECORD_DELETES',
    status: 409,
    message: '{record} says in its leader that record {id} (same {by}) is deleted, and --mode insert only adds.',
    hint: 'Use --mode replace or insert-or-replace to let the input delete records.',
  },
  unknown: {
    code: 'REPERIO_RECORD_UNKNOWN',
    status: 404,
    message: '{record} matches no record of this library, so there is nothing to change.',
    hint: 'Use --mode insert-or-replace to add records that are new; --mode replace --force gives a record the number in its 001.',
  },
  numberPassed: {
    code: 'REPERIO_RECORD_NUMBER_PASSED',
    status: 409,
    message: '{record} asks for number {id}, but numbers up to {last} are given or were left out.',
    hint: 'Only numbers above {last} can be asked for; load it with --mode insert to get the next one.',
  },
  hiddenLost: {
    code: 'REPERIO_RECORD_HIDDEN_LOST',
    status: 409,
    message:
      '{record} would replace record {id} and drop its hidden fields {paths}: the new record does not have them.',
    hint: 'Give the same command again with --keep-hidden to keep them, or with --drop-hidden to drop them. For every load: "load-hidden: keep" in reperio.yaml, or REPERIO_LOAD_HIDDEN=keep. The output of "reperio record export" has them; exports of guests on the web do not.',
  },
  hiddenNoPlace: {
    code: 'REPERIO_RECORD_HIDDEN_NO_PLACE',
    status: 409,
    message:
      '{record} would replace record {id}, but has no place for its hidden {paths}: no field has the same other subfields.',
    hint: 'Load it with the hidden subfields in it ("reperio record export {id}" shows them), or with --drop-hidden.',
  },
  twoNumbers: {
    code: 'REPERIO_RECORD_TWO_NUMBERS',
    status: 422,
    message: '{record} has more than one field 001; a record has only one number.',
    hint: 'Keep the right one; another number can go into 035__a.',
  },
  otherNumber: {
    code: 'REPERIO_RECORD_OTHER_NUMBER',
    status: 409,
    message: 'Field 001 says {control}, but this is record {id}.',
    hint: 'Leave field 001 out, or write {id} in it; the number of another library goes into 035__a.',
  },
  editMode: {
    code: 'REPERIO_RECORD_EDIT_MODE',
    status: 400,
    message: 'A new record cannot be made with mode {mode}.',
    hint: 'Use mode replace for a new record.',
  },
  conflict: {
    code: 'REPERIO_RECORD_CONFLICT',
    status: 409,
    message: '{record} matches record {id}, but its {key} belongs to record {other}.',
    hint: 'An identifier names only one record: correct it here, or look at record {other} with "reperio record show {other}".',
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
    message: '"{text}" is not a record number.',
    hint: 'Record numbers are whole numbers from 1; "reperio search" finds them.',
  },
  noRecord: {
    code: 'REPERIO_RECORD_NOT_FOUND',
    status: 404,
    message: 'There is no record {id} in this library.',
    hint: '{numbers}',
  },
  notExported: {
    code: 'REPERIO_RECORD_NOT_EXPORTED',
    status: 404,
    message: 'Record {id} was not exported: it does not exist, or the person may not see it.',
    hint: 'Leave it out, or export without --as.',
  },
  whichRecords: {
    code: 'REPERIO_RECORD_WHICH',
    status: 400,
    message: 'No record was named.',
    hint: 'Give record numbers, a query with --query, or a file of numbers with --from FILE.',
  },
  oneRevision: {
    code: 'REPERIO_RECORD_ONE_REVISION',
    status: 400,
    message: '--revision is for a single record.',
    hint: 'Give one record number, without --query, --from and --as.',
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
    message: 'Record {id} is already deleted.',
    hint: '`reperio record restore {id}` takes the deletion back.',
  },
  newestAlready: {
    code: 'REPERIO_RECORD_NEWEST',
    status: 409,
    message: 'Revision {revision} is the newest version of record {id} already.',
    hint: 'Nothing has to be restored. `reperio record history {id}` lists the versions; give an older one with --revision.',
  },
  notDeleted: {
    code: 'REPERIO_RECORD_NOT_DELETED',
    status: 409,
    message: 'Record {id} is not deleted, and no version to restore was named.',
    hint: '`reperio record history {id}` lists the versions; give one with --revision.',
  },
  neverThere: {
    code: 'REPERIO_RECORD_NEVER_THERE',
    status: 409,
    message: 'All versions of record {id} are deletions, so there is nothing to restore.',
    hint: 'Load the record with --mode replace.',
  },
  restoresDeletion: {
    code: 'REPERIO_RECORD_RESTORES_DELETION',
    status: 409,
    message: 'Revision {revision} of record {id} is a deletion.',
    hint: 'Give the version before it; `reperio record delete {id}` deletes the record.',
  },
  noHeld: {
    code: 'REPERIO_HELD_NOT_FOUND',
    status: 404,
    message: 'No upload with number {id} waits.',
    hint: '"reperio held list" shows those that wait; with --all also those of which somebody has decided.',
  },
  heldDecided: {
    code: 'REPERIO_HELD_DECIDED',
    status: 409,
    message: 'Upload {id} was {state} by {by}.',
    hint: '"reperio held list" shows those that still wait.',
  },
  heldMoved: {
    code: 'REPERIO_HELD_MOVED',
    status: 409,
    message: 'Since upload {id} came, somebody has changed {tags} of record {record} again (revision {revision}).',
    hint: 'Look at it with "reperio held show {id}", then accept or reject it.',
  },
  notSameInput: {
    code: 'REPERIO_LOAD_OTHER_INPUT',
    status: 409,
    message: '{input} is not the input that was loaded up to record {position}: the records before that one differ.',
    hint: 'Give the same file or stream again, or --restart to load this one from the beginning.',
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
    hint: 'Give the name of a file or folder that can be written with --rejects.',
  },
  loadStopped: {
    code: 'REPERIO_LOAD_STOPPED',
    status: 503,
    message: 'The load stopped after record {position}: {reason}.',
    hint: 'What was loaded is kept and searchable. Remove the cause, then run the same command again to continue from there.',
  },
});
