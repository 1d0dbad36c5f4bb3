import { defineErrors } from '../errors/errors.ts';

export const fileErrors = defineErrors({
  nameWrong: {
    code: 'REPERIO_FILE_NAME',
    status: 400,
    message: 'The name of a file is {problem}: "{name}".',
    hint: 'Take letters, digits, blanks and the signs . - _ ( ), as in thesis-2.pdf.',
  },
  unreadable: {
    code: 'REPERIO_FILE_UNREADABLE',
    status: 400,
    message: '{path} cannot be read: {problem}.',
    hint: 'Is the path right, and may you read it?',
  },
  textWrong: {
    code: 'REPERIO_FILE_TEXT',
    status: 400,
    message: 'The {what} has signs that are no text, or more than {limit} characters.',
    hint: 'Take one line of text.',
  },
  restricted: {
    code: 'REPERIO_FILE_RESTRICTED',
    status: 403,
    message: 'There is a document of this name that is kept for some.',
    hint: 'Take another name, or ask somebody who may see it (the action viewrestrdoc).',
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
  damaged: {
    code: 'REPERIO_FILE_DAMAGED',
    status: 500,
    message: 'The bytes of "{name}" are not those that were kept under {digest}.',
    hint: 'Bring the file back from a backup: add it again under its name, or copy it to its place in the store. `reperio file verify` looks at all files.',
  },
  lost: {
    code: 'REPERIO_FILE_LOST',
    status: 500,
    message: 'The bytes of {digest} are not in the store of files.',
    hint: 'Is the setting `files` the same on all nodes? `reperio file verify` looks at all files.',
  },
  away: {
    code: 'REPERIO_FILES_AWAY',
    status: 503,
    message: 'The folder of documents, {folder}, cannot be used: {reason}.',
    hint: 'Is it mounted, and may the user of `reperio` read and write it? The setting `files` names it. What is in it is not lost; try again.',
  },
  refused: {
    code: 'REPERIO_FILE_REFUSED',
    status: 503,
    message: 'The bytes of {digest} may not be read: {reason}.',
    hint: 'Give the file, in the folder that the setting `files` names, to the user of `reperio`.',
  },
  storeWrong: {
    code: 'REPERIO_FILE_STORE',
    status: 503,
    message: 'The store of files answers {problem}.',
    hint: 'Look at the settings `files`, `s3-endpoint`, `s3-key` and `s3-secret`.',
  },
  settingWrong: {
    code: 'REPERIO_FILES_SETTING',
    status: 500,
    message: 'The setting files is "{value}", and {problem}.',
    hint: 'It is a folder, or s3://bucket/prefix with s3-endpoint, s3-key and s3-secret.',
  },
});
