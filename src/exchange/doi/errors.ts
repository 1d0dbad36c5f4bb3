import { defineErrors } from '../../errors/errors.ts';

export const doiErrors = defineErrors({
  notOffered: {
    code: 'REPERIO_DOI_NOT_OFFERED',
    status: 404,
    message: 'This library makes no DOIs: its site file has no section `dois`.',
    hint: 'Add `dois: {prefix: "10.5072"}` with the prefix of your repository, and apply the site file.',
  },
  noRecord: {
    code: 'REPERIO_DOI_NO_RECORD',
    status: 404,
    message: 'There is no record {id}, or it was deleted.',
    hint: 'DOIs are made for records that are there: see `reperio record show {id}`.',
  },
  unknown: {
    code: 'REPERIO_DOI_UNKNOWN',
    status: 404,
    message: 'The library has made no DOI {doi}.',
    hint: '`reperio doi list` shows those that it has made.',
  },
  taken: {
    code: 'REPERIO_DOI_TAKEN',
    status: 409,
    message: 'Record {record} has the DOI {doi}.',
    hint: 'Only a DOI that no record has can be given: `reperio doi list --problems` shows them.',
  },
});
