import { defineErrors } from '../errors/errors.ts';

export const mailErrors = defineErrors({
  smtpWrong: {
    code: 'REPERIO_SMTP_WRONG',
    status: 500,
    message: 'The setting `smtp-url` is not the address of a mail server.',
    hint: 'Correct the setting `smtp-url`: smtp://user:password@mail.example:587, or smtps://... for a connection that is encrypted from the start.',
  },
});
