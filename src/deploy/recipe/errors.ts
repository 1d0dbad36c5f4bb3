import { defineErrors } from '../../errors/errors.ts';

export const recipeErrors = defineErrors({
  sideUnknown: {
    code: 'REPERIO_RECIPE_UNKNOWN',
    status: 404,
    message:
      '"{name}" is neither a release (a folder, a file or a version that lies here) nor a commit of a clone in this folder.',
    hint: 'Write FROM..TO, for example `reperio release recipe /opt/reperio/current..reperio-0.3.0-linux-x64.tar.zst`, or two tags in a clone: v0.2.0..v0.3.0.',
  },
  sideUnreadable: {
    code: 'REPERIO_RECIPE_UNREADABLE',
    status: 500,
    message: 'Commit {name} cannot be asked for its settings: {said}',
    hint: 'Make a release of it with `scripts/release`, and name that.',
  },
  noSite: {
    code: 'REPERIO_RECIPE_NO_SITE',
    status: 404,
    message: '{folder} is not a clone of a repository with a site file: {said}.',
    hint: 'Name the folder of the repository in which site.yaml is kept.',
  },
});
