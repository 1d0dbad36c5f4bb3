import { defineErrors } from '../errors/errors.ts';

export const cataloguingErrors = defineErrors({
  noDraft: {
    code: 'REPERIO_DRAFT_NOT_FOUND',
    status: 404,
    message: 'There is no draft {id} of yours.',
    hint: 'It was saved as a record, or removed. /edit lists your drafts.',
  },
  tooManyDrafts: {
    code: 'REPERIO_DRAFTS_TOO_MANY',
    status: 409,
    message: 'You have {most} drafts already.',
    hint: 'Remove those that you do not need at /edit.',
  },
  noTemplate: {
    code: 'REPERIO_TEMPLATE_NOT_FOUND',
    status: 404,
    message: 'There is no template {id}.',
    hint: '/edit/templates lists the templates.',
  },
  templateName: {
    code: 'REPERIO_TEMPLATE_NAME',
    status: 422,
    message: 'A template needs a name of at most {most} characters.',
    hint: 'Give a short name, such as "Thesis".',
  },
  task: {
    code: 'REPERIO_TASK',
    status: 422,
    message: 'The task cannot be done: {problems}',
    hint: 'The manual describes tasks in "Changing many records"; "reperio edit --help" has an example.',
  },
  noChangeSet: {
    code: 'REPERIO_CHANGE_SET_NONE',
    status: 404,
    message: 'There is no change set {id}.',
    hint: 'List them with "reperio edit list".',
  },
  changeSetState: {
    code: 'REPERIO_CHANGE_SET_STATE',
    status: 409,
    message: 'Change set {id} is {state}, so it cannot be {what}.',
    hint: 'Look at it with "reperio edit show {id}".',
  },
  changeSetLarge: {
    code: 'REPERIO_CHANGE_SET_LARGE',
    status: 409,
    message: 'Change set {id} changes {count} records, more than {most} (setting many).',
    hint: 'Say a second time that you mean all of them: with --confirm {count}, or the box on the page.',
  },
  changeSetEmpty: {
    code: 'REPERIO_CHANGE_SET_EMPTY',
    status: 409,
    message: 'Change set {id} changes no record.',
    hint: 'Look at its selection and its actions; perhaps all changes are left out.',
  },
  editNeeds: {
    code: 'REPERIO_EDIT_NEEDS',
    status: 400,
    message: '`reperio edit` needs {what}.',
    hint: 'For example: reperio edit --task t.yaml --query "author:ellis" --dry-run',
  },
  noRule: {
    code: 'REPERIO_CHECK_NONE',
    status: 404,
    message: 'There is no rule {name} in the site file.{meant}',
    hint: '"reperio checks list" shows the rules; the manual describes them in "Checks of records".',
  },
  findingsNeeded: {
    code: 'REPERIO_CHECK_FINDINGS',
    status: 400,
    message: '`reperio checks {verb}` needs numbers of findings, or --rule NAME.',
    hint: '"reperio checks findings" shows them with their numbers.',
  },
  noFix: {
    code: 'REPERIO_CHECK_NO_FIX',
    status: 409,
    message: 'The rule {name} has nothing to fix.',
    hint: '"reperio checks findings {name}" shows what it found; only what a rule with "fix: propose" or "fix: yes" can correct is fixed.',
  },
  notSameSelf: {
    code: 'REPERIO_DUPLICATES_SELF',
    status: 400,
    message: 'Record {id} is the same as itself.',
    hint: 'Give the numbers of two records.',
  },
  selection: {
    code: 'REPERIO_SELECTION',
    status: 422,
    message: 'The selection cannot be read: {reason}.',
    hint: 'Give record numbers, one on a line or separated by blanks or commas, or ranges such as 5-9.',
  },
});
