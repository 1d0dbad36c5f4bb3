import { defineErrors } from '../../errors/errors.ts';

export const gcErrors = defineErrors({
  ageWrong: {
    code: 'REPERIO_GC_AGE',
    status: 400,
    message: '--older-than is "{given}", which is no time.',
    hint: 'Write a number and a unit: 90min, 12h, 30d, 8w or 2y.',
  },
  ageTooLong: {
    code: 'REPERIO_GC_AGE_LONG',
    status: 400,
    message: '--older-than is {given}, and nothing here is older than 1,000 years.',
    hint: 'Write a number and a unit: 90min, 12h, 30d, 8w or 2y.',
  },
  ageTooShort: {
    code: 'REPERIO_GC_AGE_SHORT',
    status: 400,
    message: '--older-than is {given}, and for {kind} it must be {least} at least.',
    hint: 'What is younger may still be needed.',
  },
  ageForAll: {
    code: 'REPERIO_GC_AGE_FOR_ALL',
    status: 400,
    message: '--older-than is given without a kind, and each kind has an age of its own.',
    hint: 'Name the kinds: `reperio gc outbox --older-than 7d`. `reperio gc --dry-run` lists them.',
  },
  ageMeansNothing: {
    code: 'REPERIO_GC_NO_AGE',
    status: 400,
    message: '{kind} does not go by age.',
    hint: 'Leave out --older-than. `reperio gc --dry-run` shows the rule.',
  },
  ageMissing: {
    code: 'REPERIO_GC_AGE_MISSING',
    status: 400,
    message: '{kind} are removed only when an age is given.',
    hint: 'Say how old they must be: `reperio gc {kind} --older-than 5y --dry-run`.',
  },
  running: {
    code: 'REPERIO_GC_RUNNING',
    status: 409,
    message: 'Another process is removing garbage just now.',
    hint: 'Wait for it: `reperio tasks status` shows the task gc. `reperio gc --dry-run` can be run at any time.',
  },
});
