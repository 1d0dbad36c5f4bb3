import { defineErrors } from '../errors/errors.ts';

export const fileErrors = defineErrors({
  nameWrong: {
    code: 'REPERIO_FILE_NAME',
    status: 400,
    message: 'The name of a file is {problem}: "{name}".',
    hint: 'Use letters, digits, spaces and the characters . - _ ( ), as in thesis-2.pdf.',
  },
  unreadable: {
    code: 'REPERIO_FILE_UNREADABLE',
    status: 400,
    message: '{path} cannot be read: {problem}.',
    hint: 'Check the path, and whether you may read it.',
  },
  textWrong: {
    code: 'REPERIO_FILE_TEXT',
    status: 400,
    message: 'The {what} has control characters, or more than {limit} characters.',
    hint: 'Give one line of text.',
  },
  restricted: {
    code: 'REPERIO_FILE_RESTRICTED',
    status: 403,
    message: 'There is already a restricted file with this name.',
    hint: 'Use another name, or ask a person who may see it (the action viewrestrdoc).',
  },
  tooLarge: {
    code: 'REPERIO_FILE_TOO_LARGE',
    status: 413,
    message: 'The file has more than {limit} bytes.',
    hint: 'The setting `file-limit` says how large a file may be.',
  },
  none: {
    code: 'REPERIO_NO_FILE',
    status: 404,
    message: 'Record {record} has no file "{name}".',
    hint: '`reperio file list {record}` lists its files.',
  },
  noVersion: {
    code: 'REPERIO_NO_FILE_VERSION',
    status: 404,
    message: 'The file "{name}" of record {record} has no version {version}.',
    hint: 'Its versions: {versions}.',
  },
  versionWrong: {
    code: 'REPERIO_FILE_VERSION',
    status: 400,
    message: '"{text}" is not a version of a file.',
    hint: 'Versions are whole numbers from 1. Leave the version out to remove all of them.',
  },
  damaged: {
    code: 'REPERIO_FILE_DAMAGED',
    status: 500,
    message: 'The file "{name}" is damaged: its bytes do not match its digest {digest}.',
    hint: 'Restore the file from a backup: add it again under its name, or copy it to its place in the file store. `reperio file verify` checks all files.',
  },
  lost: {
    code: 'REPERIO_FILE_LOST',
    status: 500,
    message: 'The file with the digest {digest} is missing from the file store.',
    hint: 'Check that the setting `files` is the same on all nodes. `reperio file verify` checks all files.',
  },
  gone: {
    code: 'REPERIO_FILE_GONE',
    status: 503,
    message:
      'The file "{name}" was not added: the same bytes, which no record had, were removed from the file store at that moment.',
    hint: 'Send the file again.',
  },
  ordersWrong: {
    code: 'REPERIO_DOCUMENT_FIELD',
    status: 422,
    message: 'A field {tag} cannot be followed: {problem}.',
    hint: '{hint}',
  },
  noDocument: {
    code: 'REPERIO_NO_DOCUMENT',
    status: 422,
    message: 'The record has no document "{name}".',
    hint: 'Look at its documents (`reperio file list`), or leave the field out.',
  },
  documentThere: {
    code: 'REPERIO_DOCUMENT_THERE',
    status: 422,
    message: 'The record has "{name}" already, with other bytes.',
    hint: 'Use the mode correct to make a new version of it, or another name ($n).',
  },
  documentMode: {
    code: 'REPERIO_DOCUMENT_MODE',
    status: 422,
    message: '{what} cannot be done with the mode {mode}.',
    hint: 'Send it with the mode correct.',
  },
  notAllowed: {
    code: 'REPERIO_FETCH_REFUSED',
    status: 403,
    message: '{address} is not fetched: {reason}.',
    hint: '{hint}',
  },
  notFetched: {
    code: 'REPERIO_FETCH_FAILED',
    status: 422,
    message: '{address} could not be fetched: {reason}.',
    hint: 'Look whether you can fetch it from the machine that does the upload, then send the record again.',
  },
  away: {
    code: 'REPERIO_FILES_AWAY',
    status: 503,
    message: 'The folder of files, {folder}, cannot be used: {reason}.',
    hint: 'Check that it is mounted, and that the user of `reperio` may read and write it. The setting `files` names it. Nothing in it is lost; try again.',
  },
  refused: {
    code: 'REPERIO_FILE_REFUSED',
    status: 503,
    message: 'The file with the digest {digest} may not be read: {reason}.',
    hint: 'Make the user of `reperio` the owner of the file, in the folder that the setting `files` names.',
  },
  storeWrong: {
    code: 'REPERIO_FILE_STORE',
    status: 503,
    message: 'The file store answers {problem}.',
    hint: 'Check the settings `files`, `s3-endpoint`, `s3-key` and `s3-secret`.',
  },
  settingWrong: {
    code: 'REPERIO_FILES_SETTING',
    status: 500,
    message: 'The setting files is "{value}", and {problem}.',
    hint: 'It is a folder, or s3://bucket/prefix with s3-endpoint, s3-key and s3-secret.',
  },
});
