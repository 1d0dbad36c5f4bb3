import { defineErrors } from '../errors/errors.ts';

export const siteErrors = defineErrors({
  wrong: {
    code: 'REPERIO_SITE_WRONG',
    status: 400,
    message: '{file} has {count}:\n{problems}',
    hint: 'Correct these lines, then run `reperio site check FILE` again.',
  },
  wrongBefore: {
    code: 'REPERIO_SITE_WRONG_BEFORE',
    status: 400,
    message: '{file} has {count}:\n{problems}',
    hint: 'The current index has an earlier analysis, so the built-in file of that analysis is extended. Run `reperio index upgrade`, or wait until the upgrade is done in the background; or correct these lines.',
  },
  olderNodes: {
    code: 'REPERIO_SITE_OLDER_NODES',
    status: 409,
    message: 'A site file that extends another one cannot be read by the releases of these nodes: {nodes}.',
    hint: 'Apply it after these nodes have been upgraded to this release.',
  },
  storedWrong: {
    code: 'REPERIO_SITE_STORED_WRONG',
    status: 500,
    message: 'The current site file (version {number}) cannot be read by this release of Reperio:\n{problems}',
    hint: 'Save it with `reperio site show > site.yaml`, correct these lines and run `reperio site apply site.yaml`.',
  },
  unreadable: {
    code: 'REPERIO_SITE_UNREADABLE',
    status: 400,
    message: 'The site file {file} cannot be read: {reason}.',
    hint: 'Name a site file, or - for standard input.',
  },
});
