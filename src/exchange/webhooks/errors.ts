import { defineErrors } from '../../errors/errors.ts';

export const webhookErrors = defineErrors({
  unknown: {
    code: 'REPERIO_WEBHOOK_UNKNOWN',
    status: 404,
    message: 'There is no webhook "{name}".',
    hint: '`reperio webhooks list` says which there are.',
  },
  wrong: {
    code: 'REPERIO_WEBHOOK_WRONG',
    status: 400,
    message: 'The webhook cannot be added: {reason}.',
    hint: 'Give a name of letters, digits and hyphens, an address https://HOST/PATH, and events: {events}.',
  },
  taken: {
    code: 'REPERIO_WEBHOOK_TAKEN',
    status: 409,
    message: 'There is already a webhook "{name}".',
    hint: 'Choose another name, or remove that one.',
  },
  hostNotAllowed: {
    code: 'REPERIO_WEBHOOK_HOST',
    status: 403,
    message: 'Webhooks may not send to {host}.',
    hint: 'An operator can name the host in the setting `webhook-hosts`.',
  },
  privateAddress: {
    code: 'REPERIO_WEBHOOK_PRIVATE',
    status: 403,
    message: '{host} is at {address}, which is not a public address.',
    hint: 'If webhooks may send there, an operator can name its network in the setting `webhook-networks`.',
  },
  noMessage: {
    code: 'REPERIO_WEBHOOK_MESSAGE',
    status: 404,
    message: 'Webhook "{name}" has no message {id} in its log.',
    hint: '`reperio webhooks log NAME` lists them. Sent ones are kept for a week, others for 30 days.',
  },
});
