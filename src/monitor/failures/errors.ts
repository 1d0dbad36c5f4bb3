import { defineErrors } from '../../errors/errors.ts';

export const failureErrors = defineErrors({
  noFailure: {
    code: 'REPERIO_NO_FAILURE',
    status: 404,
    message: 'No failure begins with "{fingerprint}".',
    hint: '`reperio failures list --all` shows the failures that are known.',
  },
  severalFailures: {
    code: 'REPERIO_SEVERAL_FAILURES',
    status: 409,
    message: '{count} failures begin with "{fingerprint}".',
    hint: 'Write more of its digits, as `reperio failures list --all` shows them.',
  },
  releaseWrong: {
    code: 'REPERIO_RELEASE_WRONG',
    status: 400,
    message: '"{release}" is not the number of a release.',
    hint: 'Write it as 0.2.0; `reperio --version` prints the number of this release.',
  },
});
