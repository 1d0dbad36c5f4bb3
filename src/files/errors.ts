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
    hint: 'Is the setting `files` the same on all nodes, and is its folder mounted? `reperio file verify` looks at all files.',
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
