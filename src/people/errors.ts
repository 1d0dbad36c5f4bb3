import { defineErrors } from '../errors/errors.ts';

export const accessErrors = defineErrors({
  personUnknown: {
    code: 'REPERIO_PERSON_UNKNOWN',
    status: 404,
    message: 'There is no person "{name}".',
    hint: '{nearest}`reperio person list` shows all of them.',
  },
  personThere: {
    code: 'REPERIO_PERSON_THERE',
    status: 409,
    message:
      'There is already a person with the name "{name}"; names that differ only in capitals or accents are the same name.',
    hint: 'Choose another name, or look at that person: reperio person show "{name}"',
  },
  emailThere: {
    code: 'REPERIO_EMAIL_THERE',
    status: 409,
    message: 'The address {email} already belongs to another person.',
    hint: 'Each person needs an address of their own; `reperio person list` shows whose it is.',
  },
  nameWrong: {
    code: 'REPERIO_PERSON_NAME',
    status: 400,
    message: '"{name}" cannot be the name of a person: {reason}.',
    hint: 'Names have 1 to 64 letters, digits, dots, hyphens, underscores and single spaces; they begin with a letter or digit.',
  },
  emailWrong: {
    code: 'REPERIO_EMAIL_WRONG',
    status: 400,
    message: '"{email}" is not an e-mail address.',
    hint: 'An address looks like ada@library.example.',
  },
  passwordWrong: {
    code: 'REPERIO_PASSWORD_WRONG',
    status: 400,
    message: 'This password cannot be used: {reason}.',
    hint: 'Passwords have at least 8 characters; three or four unrelated words make a good one.',
  },
  passwordAgain: {
    code: 'REPERIO_PASSWORD_AGAIN',
    status: 403,
    message: 'This is not your current password.',
    hint: 'Type the password that you sign in with now.',
  },
  roleUnknown: {
    code: 'REPERIO_ROLE_UNKNOWN',
    status: 404,
    message: 'There is no role "{role}".',
    hint: '{nearest}`reperio access roles` shows all of them.',
  },
  identityTaken: {
    code: 'REPERIO_IDENTITY_TAKEN',
    status: 409,
    message: 'This external account is linked to another person here.',
    hint: 'Sign in as that person and unlink it there.',
  },
  lastWayIn: {
    code: 'REPERIO_LAST_WAY_IN',
    status: 409,
    message: 'Without this link nobody could sign in to the account any more.',
    hint: 'Set a password first.',
  },
  roleThere: {
    code: 'REPERIO_ROLE_THERE',
    status: 409,
    message: 'There is already a role "{role}".',
    hint: 'Change that role, or choose another name.',
  },
  roleNameWrong: {
    code: 'REPERIO_ROLE_NAME',
    status: 400,
    message: '"{role}" cannot be the name of a role.',
    hint: 'Names have 1 to 60 characters without /, ? and #.',
  },
  groupThere: {
    code: 'REPERIO_GROUP_THERE',
    status: 409,
    message: 'There is already a group "{group}"; names that differ only in capitals or accents are the same name.',
    hint: 'Choose another name.',
  },
  groupNameWrong: {
    code: 'REPERIO_GROUP_NAME',
    status: 400,
    message: '"{group}" cannot be the name of a group.',
    hint: 'Names have 1 to 100 characters on one line.',
  },
  needsEverything: {
    code: 'REPERIO_NEEDS_EVERYTHING',
    status: 403,
    message: 'Only people who may do everything can assign that right, or change a person who has it.',
    hint: 'Ask such an administrator, or the operator.',
  },
  actionUnknown: {
    code: 'REPERIO_ACTION_UNKNOWN',
    status: 400,
    message: 'This cannot be answered: {problem}.',
    hint: '{nearest}The actions and their arguments are in docs/access.md; an argument is written as collection=Theses.',
  },
  tooManyAttempts: {
    code: 'REPERIO_TOO_MANY_ATTEMPTS',
    status: 429,
    message: 'There were too many attempts.',
    hint: 'Try again in {minutes} minutes.',
  },
  signInBusy: {
    code: 'REPERIO_SIGN_IN_BUSY',
    status: 503,
    message: 'Too many people are signing in at this moment.',
    hint: 'Try again in a few seconds.',
  },
});
