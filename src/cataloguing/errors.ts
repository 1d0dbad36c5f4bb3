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
});
